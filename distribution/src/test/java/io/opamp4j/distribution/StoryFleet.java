package io.opamp4j.distribution;

import com.google.protobuf.ByteString;
import io.opamp4j.core.Capabilities;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.KeyValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The 300 agents of the story, collectors by what they say: two fifths in the EU and in the US
 * each, the others in Asia; every sixth is there for tests; 24 poll. 20 are old and lack the batch
 * processor. 15, which is 5 % of all, run Windows Server 2019 and refuse whatever reads the host's
 * metrics. Which agents these are, and what they say besides, follows from the seed.
 */
final class StoryFleet {
  static final int SIZE = 300;
  static final int POLLERS = 24;
  static final int OLD = 20;
  static final int FAULTY = 15;

  /** What the operating system of the faulty ones is, and nobody else's. */
  static final String FAULTY_SYSTEM = "10.0.17763";

  static final String REFUSAL = "receiver hostmetrics: performance counters are not available";

  private static final long CAPABILITIES =
      SwarmAgent.RESTARTABLE
          | Capabilities.of(
              AgentCapabilities.AgentCapabilities_ReportsEffectiveConfig,
              AgentCapabilities.AgentCapabilities_ReportsHealth,
              AgentCapabilities.AgentCapabilities_ReportsAvailableComponents);
  private static final List<String> REGIONS = List.of("eu", "eu", "us", "us", "ap");
  private static final List<String> VERSIONS = List.of("0.110.0", "0.111.0", "0.112.0");
  private static final List<String> KERNELS = List.of("5.15", "6.1", "6.8");

  private final List<Member> members = new ArrayList<>();

  /**
   * An agent and what it says of itself.
   *
   * @param labels its attributes
   */
  record Member(SwarmAgent agent, SwarmLine line, Map<String, String> labels) {
    String uid() {
      return agent.uid().toString();
    }

    boolean has(String key, String value) {
      return value.equals(labels.get(key));
    }

    /** Lacks what the second version needs. */
    boolean isOld() {
      return has("service.version", "0.98.0");
    }

    /** Refuses the third version. */
    boolean isFaulty() {
      return has("os.version", FAULTY_SYSTEM);
    }

    /** Gets the new version before the others do. */
    boolean isCanary() {
      return has("env", "test") && has("region", "us");
    }

    boolean polls() {
      return line instanceof SwarmPoller;
    }
  }

  StoryFleet(Swarm swarm, long seed) {
    Random chance = new Random(seed);
    for (int i = 0; i < SIZE; i++) {
      Map<String, String> labels = labels(i, chance);
      SwarmAgent agent = swarm.agent(labels.get("service.name"), CAPABILITIES);
      boolean old = i >= FAULTY && i < FAULTY + OLD;
      agent.is(report -> describe(report, labels));
      agent.consistsOf(old ? catalogue("old", "attributes") : catalogue("new", "batch"));
      if (i < FAULTY) {
        agent.refuses(StoryFleet::refusal);
      }
      boolean polls = i % 25 == 7 || i % 25 == 21;
      members.add(
          new Member(agent, polls ? swarm.poller(agent) : swarm.socket(List.of(agent)), labels));
    }
    Collections.shuffle(members, chance);
  }

  List<Member> members() {
    return members;
  }

  List<Member> members(Predicate<Member> which) {
    return members.stream().filter(which).toList();
  }

  List<SwarmAgent> agents() {
    return members.stream().map(Member::agent).toList();
  }

  /** The first so many of these; chance has put them in order. */
  List<Member> some(int count, Predicate<Member> which) {
    return members.stream().filter(which).limit(count).toList();
  }

  private static Map<String, String> labels(int i, Random chance) {
    boolean windows = i < FAULTY || (i >= FAULTY + OLD && i % 7 == 3);
    boolean old = i >= FAULTY && i < FAULTY + OLD;
    Map<String, String> labels = new TreeMap<>();
    labels.put("service.name", "collector");
    labels.put("service.version", old ? "0.98.0" : VERSIONS.get(chance.nextInt(3)));
    labels.put("host.name", "host-" + i);
    labels.put("region", REGIONS.get(i % REGIONS.size()));
    labels.put("env", i % 6 == 0 ? "test" : "prod");
    labels.put("os.type", windows ? "windows" : "linux");
    labels.put(
        "os.version",
        i < FAULTY ? FAULTY_SYSTEM : windows ? "10.0.20348" : KERNELS.get(chance.nextInt(3)));
    return labels;
  }

  private static void describe(AgentToServer.Builder report, Map<String, String> labels) {
    AgentDescription.Builder description = AgentDescription.newBuilder();
    labels.forEach(
        (key, value) -> {
          KeyValue.Builder attribute =
              KeyValue.newBuilder()
                  .setKey(key)
                  .setValue(AnyValue.newBuilder().setStringValue(value));
          if (key.startsWith("service.")) {
            description.addIdentifyingAttributes(attribute);
          } else {
            description.addNonIdentifyingAttributes(attribute);
          }
        });
    report
        .setAgentDescription(description)
        .setHealth(ComponentHealth.newBuilder().setHealthy(true).setStatus("StatusOK"));
  }

  private static AvailableComponents catalogue(String hash, String processor) {
    return AvailableComponents.newBuilder()
        .setHash(ByteString.copyFromUtf8(hash))
        .putComponents("receivers", kind("otlp", "hostmetrics"))
        .putComponents("processors", kind(processor))
        .putComponents("exporters", kind("otlp", "debug"))
        .build();
  }

  private static ComponentDetails kind(String... types) {
    ComponentDetails.Builder kind = ComponentDetails.newBuilder();
    for (String type : types) {
      kind.putSubComponentMap(type, ComponentDetails.getDefaultInstance());
    }
    return kind.build();
  }

  private static Optional<String> refusal(AgentConfigMap files) {
    return files.getConfigMapMap().values().stream()
            .anyMatch(file -> file.getBody().toStringUtf8().contains("hostmetrics"))
        ? Optional.of(REFUSAL)
        : Optional.empty();
  }
}
