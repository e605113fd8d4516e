package io.opamp4j.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.rollout.ErrorLimit;
import io.opamp4j.core.rollout.Pacing;
import io.opamp4j.core.rollout.RolloutCommand;
import io.opamp4j.core.rollout.RolloutCommandException;
import io.opamp4j.core.rollout.RolloutPhase;
import io.opamp4j.core.rollout.RolloutPlan;
import io.opamp4j.core.rollout.Stage;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.server.agents.ClusterUnderTest;
import io.opamp4j.server.agents.ClusterUnderTest.Node;
import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.ConfigurationDraft;
import io.opamp4j.server.fleet.FleetEditor.Going;
import io.opamp4j.server.fleet.FleetUnderTest;
import io.opamp4j.server.fleet.Selector;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.VersionConflictException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Nodes, agents and an operator under one rollout, all of whom do what the seed says. */
final class RolloutClusterWorld {
  private static final int TROUBLED_SECONDS = 90;
  private static final int CALM_SECONDS = 400;

  /** How long a node may go by what it last read, if a hint was lost, and then some. */
  private static final int STALE_SECONDS = 35;

  private static final List<String> STAGES = List.of("canary", "early", "rest");
  private static final List<RolloutCommand> ANY =
      List.of(
          RolloutCommand.CONTINUE,
          RolloutCommand.CONTINUE,
          RolloutCommand.PAUSE,
          RolloutCommand.RESUME,
          RolloutCommand.RESUME,
          RolloutCommand.RETRY_FAILED);

  final Map<String, Integer> happened = new HashMap<>();

  private final String name;
  private final SplittableRandom random;
  private final ClusterUnderTest cluster;
  private final RolloutHistory history;
  private final Map<Node, Parts> parts = new HashMap<>();
  private final List<Member> members = new ArrayList<>();
  private final FleetUnderTest truth;
  private final ByteString target;
  private int storageBack;
  private int second;
  private int murkyUntil;
  private String driver = "";
  private boolean troubled;
  private boolean inWrite;

  /** What a node has beside its agents. */
  private record Parts(FleetUnderTest fleet, RolloutController controller, RolloutDesk desk) {}

  RolloutClusterWorld(long seed) {
    name = "seed " + seed;
    random = new SplittableRandom(seed);
    cluster = new ClusterUnderTest(random.split());
    truth = fleet(cluster.documents(), listener -> () -> {});
    history = new RolloutHistory(name, truth.rollouts, cluster.time(), this::count);
    for (String node : List.of("a", "b", "c")) {
      start(node);
    }
    for (int i = 0; i < 9; i++) {
      members.add(new Member(i, i % STAGES.size()));
    }
    Node first = anyNode();
    parts.get(first).fleet.editor.create(draft("old"), Going.LIVE);
    pass(15);
    Configuration latest =
        parts.get(first).fleet.editor.replace("web", draft("new"), Going.DRAFT, 1);
    target = latest.hash().bytes();
    parts
        .get(anyNode())
        .desk
        .start(
            new RolloutDesk.Request(
                latest,
                latest,
                plan(),
                List.of(
                    Selector.parse("service.name=canary"), Selector.parse("service.name=early"))),
            "me");
  }

  void makeTrouble() {
    troubled = true;
    for (int i = 0; i < TROUBLED_SECONDS; i++) {
      trouble();
      pass(1);
    }
    troubled = false;
  }

  /** Nothing happens any more but for the operator, who wants an end. */
  RolloutPhase comeToAnEnd() {
    storageBack = second;
    cluster.storageIsDown(false);
    cluster.nodes().forEach(Node::repair);
    for (Member member : members) {
      member.good = true;
      member.agent.stayAway(false);
    }
    Optional<RolloutCommand> wanted =
        Optional.ofNullable(
            switch (random.nextInt(6)) {
              case 0 -> RolloutCommand.CANCEL;
              case 1 -> RolloutCommand.ROLL_BACK;
              default -> null;
            });
    for (int i = 0; i < CALM_SECONDS && !isWell(); i += 5) {
      wanted.filter(command -> command.isAllowedIn(history.phase())).ifPresent(this::command);
      switch (history.phase()) {
        case WAITING -> command(RolloutCommand.CONTINUE);
        case PAUSED -> {
          command(RolloutCommand.RETRY_FAILED);
          command(RolloutCommand.RESUME);
        }
        case RUNNING -> {
          if (!history.state().faults().failures().isEmpty()) {
            command(RolloutCommand.RETRY_FAILED);
          }
        }
        // Those that came back late and failed then are noted with the command.
        case DONE -> command(RolloutCommand.RETRY_FAILED);
        default -> {}
      }
      pass(5);
    }
    check();
    return history.phase();
  }

  private boolean isWell() {
    return history.phase().isOver()
        && members.stream().allMatch(Member::hasWhatItShould)
        && running() == settled()
        && reports().stream().distinct().count() == 1;
  }

  private void check() {
    assertThat(history.phase().isOver()).as("%s ends: %s", name, history.state()).isTrue();
    for (Member member : members) {
      assertThat(member.hasWhatItShould())
          .as("%s: %s, %s: %s", name, history.phase(), member.agent.uid(), member.agent.recorded())
          .isTrue();
    }
    assertThat(running()).as("%s: what runs", name).isEqualTo(settled());
    assertThat(reports()).as(name).allMatch(reports().get(0)::equals);
  }

  private List<RolloutDesk.Report> reports() {
    return cluster.nodes().stream()
        .map(node -> parts.get(node).desk.find("web").orElseThrow())
        .toList();
  }

  private long running() {
    return truth.editor.running(truth.editor.find("web").orElseThrow()).version();
  }

  private long settled() {
    return history.phase() == RolloutPhase.DONE ? 2 : 1;
  }

  private void trouble() {
    switch (random.nextInt(26)) {
      case 0 -> crash();
      case 1 -> {
        anyNode().pause();
        count("pause");
      }
      case 2 -> {
        anyNode().cutOff();
        count("cut off");
      }
      case 3 -> {
        storageBack = second + random.nextInt(15);
        count("outage");
      }
      case 4, 5, 6 -> cluster.nodes().forEach(Node::repair);
      case 7, 8 -> anyMember().agent.move();
      case 9 -> anyMember().agent.stayAway(random.nextBoolean());
      case 10, 11 -> anyMember().good = random.nextInt(3) > 0;
      case 12, 13, 14, 15, 16 -> command(ANY.get(random.nextInt(ANY.size())));
      default -> {}
    }
  }

  private void crash() {
    if (second >= storageBack) {
      Node node = anyNode();
      node.crash();
      parts.remove(node);
      start(node.id().substring(0, 1));
      count("crash");
    }
  }

  private void start(String letter) {
    Node node = cluster.start(letter);
    DocumentStore documents =
        history.watching(
            node.documents(), () -> beforeWrite(node), () -> troubled && random.nextInt(30) == 0);
    FleetUnderTest fleet = fleet(documents, node.feed());
    Findings findings = new Findings(node.directory(), node.components());
    RolloutController controller =
        new RolloutController(
            fleet.watcher,
            fleet.rollouts,
            fleet.settlement,
            findings,
            node.directory(),
            node.components());
    RolloutDesk desk =
        new RolloutDesk(
            controller,
            findings,
            fleet.rollouts,
            fleet.editor,
            fleet.watcher,
            node.directory(),
            node.components(),
            cluster.time());
    fleet.watcher.subscribe(node::want);
    fleet.watcher.start();
    parts.put(node, new Parts(fleet, controller, desk));
  }

  private FleetUnderTest fleet(DocumentStore documents, io.opamp4j.storage.ChangeFeed feed) {
    return new FleetUnderTest(documents, feed, cluster.time());
  }

  /** Somebody else is quicker now and then. */
  private void beforeWrite(Node writer) {
    if (troubled && !inWrite && random.nextInt(12) == 0) {
      inWrite = true;
      Node other = anyNode();
      if (other != writer && other.works()) {
        command(other, ANY.get(random.nextInt(ANY.size())));
        count("command in a write");
      }
      inWrite = false;
    }
  }

  private void command(RolloutCommand command) {
    Node node = anyNode();
    if (node.works()) {
      command(node, command);
    }
  }

  private void command(Node node, RolloutCommand command) {
    try {
      parts.get(node).desk.command("web", command, "me", "");
      count("command");
    } catch (RolloutCommandException e) {
      count("command refused");
    } catch (StorageException | VersionConflictException e) {
      count("command failed");
    }
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      second++;
      cluster.storageIsDown(second < storageBack);
      if (second < storageBack || cluster.nodes().stream().anyMatch(node -> !node.isWhole())) {
        murkyUntil = second + 5;
      }
      cluster.second(this::drive);
      if (history.hasBegun()) {
        members.forEach(Member::look);
      }
    }
  }

  private void drive(Node node) {
    Parts own = parts.get(node);
    Instant now = cluster.time().instant();
    own.fleet.watcher.tick(now);
    if (node.leads()) {
      if (!driver.equals(node.id())) {
        driver = node.id();
        count("another drives");
      }
      own.controller.tick(now);
    } else {
      own.controller.letGo();
    }
  }

  private Node anyNode() {
    List<Node> there = cluster.nodes();
    return there.get(random.nextInt(there.size()));
  }

  private Member anyMember() {
    return members.get(random.nextInt(members.size()));
  }

  private void count(String what) {
    happened.merge(what, 1, Integer::sum);
  }

  private RolloutPlan plan() {
    return RolloutPlan.progressive(
            List.of(new Stage("canary", pacing()), new Stage("early", pacing())), pacing())
        .with(Duration.ofSeconds(4L * random.nextInt(2)), Duration.ofSeconds(20))
        .with(
            random.nextBoolean()
                ? ErrorLimit.agents(1 + random.nextInt(3))
                : ErrorLimit.percent(40))
        .rollingBackAt(pacing());
  }

  private Pacing pacing() {
    return new Pacing(1 + random.nextInt(2), 2, 4, Duration.ofSeconds(random.nextInt(4)));
  }

  private static ConfigurationDraft draft(String text) {
    return new ConfigurationDraft(
        "web", "", 0, text, Map.of("c.txt", new ConfigurationDraft.File("", text, null)));
  }

  /** An agent, and what is known to be so of it. */
  private final class Member {
    final ClusterUnderTest.Agent agent;
    private final int stage;
    boolean good = true;

    /** When storage was first seen to know that it had failed. */
    private int failedAt = Integer.MAX_VALUE;

    private int lastRetried = Integer.MIN_VALUE / 2;

    Member(int number, int stage) {
      this.stage = stage;
      this.agent = cluster.agent(number, STAGES.get(stage), this::takes);
    }

    boolean hasWhatItShould() {
      RemoteConfigStatus said = agent.recorded();
      boolean applied = said.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_APPLIED;
      boolean newer = said.getLastRemoteConfigHash().equals(target);
      return switch (history.phase()) {
        case DONE -> applied && newer;
        case ROLLED_BACK -> applied && !newer;
        default ->
            newer
                ? history.state().isReleased(agent.uid(), stage)
                : !history.state().isReleased(agent.uid(), stage);
      };
    }

    /** What it does with a configuration that it is offered. */
    private boolean takes(ByteString hash) {
      if (!history.hasBegun() || !hash.equals(target)) {
        return true;
      }
      assertThat(stage)
          .as("%s, second %d: offered before its stage", name, second)
          .isLessThanOrEqualTo(history.state().front().stage());
      look();
      boolean clear = second > murkyUntil && second - lastRetried > STALE_SECONDS;
      if (clear && second - failedAt > 3) {
        assertThat(hasFailed())
            .as("%s, second %d: offered what it failed with at %d", name, second, failedAt)
            .isFalse();
      }
      if (!good) {
        count("failed agent");
      }
      return good;
    }

    private boolean hasFailed() {
      RemoteConfigStatus said = agent.recorded();
      return said.getLastRemoteConfigHash().equals(target)
          && said.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_FAILED;
    }

    void look() {
      failedAt = hasFailed() ? Math.min(failedAt, second) : Integer.MAX_VALUE;
      if (history.state().faults().retrying().contains(agent.uid())) {
        lastRetried = second;
      }
    }
  }
}
