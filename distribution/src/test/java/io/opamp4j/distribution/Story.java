package io.opamp4j.distribution;

import io.opamp4j.distribution.StoryFleet.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Who plays in the story.
 *
 * @param folder where the command line works; {@code fleet} in it is the operator's repository
 */
record Story(
    Path folder,
    Transcript transcript,
    Ctl ctl,
    Rest rest,
    Swarm swarm,
    StoryFleet fleet,
    StoryView view) {
  static final Predicate<Member> SOUND = member -> !member.isOld() && !member.isFaulty();
  static final Predicate<Member> EUROPEAN = member -> member.has("region", "eu");
  static final Predicate<Member> IN_THE_REST =
      SOUND.and(EUROPEAN.negate()).and(member -> !member.isCanary());

  private static final List<String> VERSIONS =
      List.of(
          """
          receivers:
            otlp: {protocols: {grpc: {}}}
          exporters:
            debug: {}
          service:
            pipelines:
              traces: {receivers: [otlp], exporters: [debug]}
          """,
          """
          receivers:
            otlp: {protocols: {grpc: {}}}
          processors:
            batch: {timeout: 5s}
          exporters:
            debug: {}
          service:
            pipelines:
              traces: {receivers: [otlp], processors: [batch], exporters: [debug]}
          """,
          """
          receivers:
            otlp: {protocols: {grpc: {}}}
            hostmetrics: {scrapers: {cpu: {}, process: {}}}
          processors:
            batch: {timeout: 5s}
          exporters:
            debug: {}
          service:
            pipelines:
              traces: {receivers: [otlp], processors: [batch], exporters: [debug]}
              metrics: {receivers: [hostmetrics], processors: [batch], exporters: [debug]}
          """);

  /** Writes a version of the configuration where the command line looks for it. */
  void edit(int version) {
    try {
      Files.createDirectories(folder.resolve("fleet/web"));
      Files.writeString(folder.resolve("fleet/web/collector.yaml"), VERSIONS.get(version - 1));
      Files.writeString(
          folder.resolve("fleet/web.yaml"),
          """
          name: web
          selector: service.name=collector
          priority: 10
          fileRefs:
            collector.yaml: web/collector.yaml
          """);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Some words, and more of them. */
  static String[] words(List<String> first, String... more) {
    List<String> all = new ArrayList<>(first);
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}
