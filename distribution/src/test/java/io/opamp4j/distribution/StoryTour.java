package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.distribution.StoryFleet.Member;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** An operator looks for agents and at them. */
final class StoryTour {
  private final Story story;
  private final Ctl ctl;
  private final StoryFleet fleet;
  private final StoryView view;

  StoryTour(Story story) {
    this.story = story;
    this.ctl = story.ctl();
    this.fleet = story.fleet();
    this.view = story.view();
  }

  void agentsAreFound() {
    Member host = fleet.some(1, member -> member.has("host.name", "host-123")).get(0);
    assertThat(view.list("q=HOST-123", "-q", "HOST-123")).isEqualTo(Set.of(host.uid()));
    String selector = "os.type=windows,region in (us,ap)";
    assertThat(view.list("selector=" + StoryView.encoded(selector), "-l", selector))
        .isEqualTo(
            StoryView.uids(
                fleet.members(m -> m.has("os.type", "windows") && !m.has("region", "eu"))));
    assertThat(ctl.ok("agents", "list", "-l", "region=eu", "--sort", "uid", "--limit", "3").lines())
        .hasSize(4);
  }

  void oneIsShownAndWatched() {
    Member one =
        fleet.some(1, Story.SOUND.and(member -> member.line() instanceof SwarmSocket)).get(0);
    String uid = one.uid();
    assertThat(ctl.ok("agents", "get", uid)).contains("Configuration:  web v2\n", "region=");
    assertThat(ctl.ok("agents", "diff", uid, "--exit-code")).isEmpty();
    assertThat(ctl.ok("events", "--agent", uid, "--limit", "3").lines()).hasSize(3);

    String[] typed = {"agents", "watch", uid, "--count", "2"};
    ServerProcess watching = ctl.start(typed);
    watching.awaitOut(Pattern.compile("region="));
    story.swarm().run(() -> ((SwarmSocket) one.line()).kill(true));
    ServerProcess.Result watched = ctl.end(watching, typed);
    assertThat(watched.exitCode()).as(watched.err()).isZero();
    assertThat(watched.out())
        .containsPattern("StatusChanged +Connected -> Disconnected")
        .containsPattern("StatusChanged +Disconnected -> Connected: connected; runs config web v2");
  }

  void manyAreRestartedOnce() {
    String selector = "region=ap,env=test";
    List<Member> meant = fleet.members(m -> m.has("region", "ap") && m.has("env", "test"));
    String all = meant.size() + " agents match, " + meant.size();
    assertThat(ctl.ok("agents", "restart", "-l", selector, "--dry-run"))
        .startsWith(all + " would change\n");
    assertThat(ctl.ok("agents", "restart", "-l", selector, "--yes", "--key", "tonight"))
        .startsWith(all + " changed\n");
    assertThat(ctl.ok("agents", "restart", "-l", selector, "--yes", "--key", "tonight"))
        .as("the same key is the same request, and answered alike")
        .startsWith(all + " changed\n");
    for (Member member : meant) {
      String orders = "/api/v1/agents/" + member.uid() + "/orders";
      JsonNode sent =
          Awaitility.await(orders)
              .until(() -> story.rest().get(orders).at("/items/0"), this::isSent);
      assertThat(sent.get("type").asText()).isEqualTo("restart");
    }
    assertThat(meant)
        .allMatch(member -> story.swarm().<Integer>on(() -> member.agent().restarts()) == 1);
    assertThat(story.swarm().on(() -> restarts(fleet.members()))).isEqualTo(meant.size());
  }

  private boolean isSent(JsonNode order) {
    return order.path("state").asText().equals("sent");
  }

  private static int restarts(List<Member> members) {
    return members.stream().mapToInt(member -> member.agent().restarts()).sum();
  }
}
