package io.opamp4j.core.simulation;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.ClientMachine;
import io.opamp4j.core.client.ClientPhase;
import io.opamp4j.core.client.ClientSettings;
import io.opamp4j.core.client.ClientState;
import io.opamp4j.core.client.ClientStep;
import io.opamp4j.core.client.Duplex;
import io.opamp4j.core.client.Loss;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.client.Notice;
import io.opamp4j.core.client.SettingsPolicy;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The shell round a client's machine with a disk, in a world where processes die between any two
 * effects of a step, and sockets break. Whatever must never happen ends up in {@link #faults}.
 */
final class SimulatedClient {
  private static final Duration DELAY = Duration.ofMillis(300);

  private final Simulation world;
  private final SimulatedPlaces places;
  private final List<String> faults = new ArrayList<>();
  private ClientMemory disk;
  private ClientMachine machine;
  private ClientState state;
  private AgentToServer report;

  /** Messages of the application's that this process must deliver. */
  private final Deque<String> toPost = new ArrayDeque<>();

  private final List<String> owed = new ArrayList<>();

  private int process;
  private int connection;
  private boolean open;
  private boolean asked;
  private String endpoint = "";
  private long wakeUps;
  private Optional<Long> lastSequence = Optional.empty();
  private boolean firstOfProcess;
  private boolean dead;

  SimulatedClient(Simulation world, SimulatedPlaces places) {
    this.world = world;
    this.places = places;
    this.disk =
        ClientMemory.newBuilder()
            .setInstanceUid(InstanceUid.generate(world.now(), world.random).toBytes())
            .build();
    start();
  }

  ClientState state() {
    return state;
  }

  ClientMemory disk() {
    return disk;
  }

  List<String> faults() {
    return faults;
  }

  /** What the application gave to processes that lived to deliver it. */
  List<String> owed() {
    return owed;
  }

  String endpoint() {
    return endpoint;
  }

  void changeHealth() {
    if (dead) {
      return;
    }
    report =
        report.toBuilder()
            .setHealth(
                ComponentHealth.newBuilder()
                    .setHealthy(true)
                    .setStatus("s" + world.random.nextInt(5)))
            .build();
    take(machine.changed(state, report, world.now()));
  }

  void post(String data) {
    if (dead) {
      return;
    }
    owed.add(data);
    toPost.add(data);
    postNext();
  }

  void crash() {
    owed.removeIf(data -> !places.delivered().contains(data));
    toPost.clear();
    start();
  }

  void breakOff() {
    if (open) {
      open = false;
      connection++;
      take(machine.lost(state, Loss.of(LossKind.BROKEN, "cut"), world.now()));
    }
  }

  private void start() {
    process++;
    connection++;
    open = false;
    firstOfProcess = true;
    dead = false;
    long capabilities =
        AgentCapabilities.AgentCapabilities_ReportsHealth_VALUE
            | AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig_VALUE
            | AgentCapabilities.AgentCapabilities_ReportsRemoteConfig_VALUE
            | AgentCapabilities.AgentCapabilities_ReportsHeartbeat_VALUE
            | AgentCapabilities.AgentCapabilities_AcceptsOpAMPConnectionSettings_VALUE
            | AgentCapabilities.AgentCapabilities_ReportsConnectionSettingsStatus_VALUE;
    AgentToServer.Builder next =
        AgentToServer.newBuilder()
            .setCapabilities(capabilities)
            .setAgentDescription(AgentDescription.getDefaultInstance())
            .setHealth(ComponentHealth.newBuilder().setHealthy(true));
    if (disk.hasRemoteConfigStatus()) {
      next.setRemoteConfigStatus(disk.getRemoteConfigStatus());
    }
    report = next.build();
    machine =
        new ClientMachine(
            ClientSettings.defaults(Duplex.FULL),
            new SettingsPolicy(true, false, settings -> Optional.empty(), (from, to) -> true),
            world.random);
    state = machine.initial(disk, report);
    take(machine.started(state, world.now()));
  }

  /** Carries out a step from top to bottom, unless the process dies on the way. */
  private void take(ClientStep step) {
    state = step.state();
    if (dies()) {
      return;
    }
    step.save().ifPresent(memory -> disk = memory);
    if (dies()) {
      return;
    }
    step.notices().forEach(this::heed);
    step.send().ifPresent(this::send);
    if (dies()) {
      return;
    }
    switch (step.connection()) {
      case OPEN -> open();
      case CLOSE -> close();
      case KEEP -> {}
    }
    long mine = ++wakeUps;
    step.wakeUp().ifPresent(when -> world.at(later(when), () -> wakeUp(mine)));
    postNext();
  }

  private void wakeUp(long mine) {
    if (mine == wakeUps) {
      take(machine.wokeUp(state, world.now()));
    }
  }

  /** A process that dies is replaced by another a moment later. */
  private boolean dies() {
    if (!world.noisy() || !world.chance(0.004)) {
      return false;
    }
    dead = true;
    wakeUps++;
    connection++;
    open = false;
    int mine = process;
    world.after(
        Duration.ofSeconds(1),
        () -> {
          if (mine == process) {
            crash();
          }
        });
    return true;
  }

  private void open() {
    if (open) {
      faults.add("a second connection at " + world.now());
    }
    open = true;
    asked = false;
    endpoint = state.target().getDestinationEndpoint();
    int mine = ++connection;
    String where = endpoint;
    world.after(
        world.upTo(DELAY),
        () ->
            onlyIf(
                mine,
                () -> {
                  switch (SimulatedPlaces.kind(where)) {
                    case DEAD -> end(LossKind.UNREACHABLE);
                    case REFUSES -> end(LossKind.UNAUTHORIZED);
                    default -> {
                      if (isCut()) {
                        end(LossKind.BROKEN);
                      } else {
                        take(machine.opened(state, world.now()));
                      }
                    }
                  }
                }));
  }

  private void close() {
    open = false;
    int mine = connection;
    world.after(world.upTo(Duration.ofSeconds(8)), () -> onlyIf(mine, () -> end(LossKind.CLOSED)));
  }

  private void end(LossKind kind) {
    open = false;
    connection++;
    take(machine.lost(state, Loss.of(kind, "in the simulation"), world.now()));
  }

  private void send(AgentToServer message) {
    if (!open) {
      faults.add("sent without a connection at " + world.now());
    }
    if (asked && endpoint.startsWith("http")) {
      faults.add("a second request at " + world.now());
    }
    asked = true;
    long sequence = message.getSequenceNum();
    lastSequence.ifPresent(
        last -> {
          boolean good = firstOfProcess ? sequence - last > 0 : sequence == last + 1;
          if (!good) {
            faults.add("number " + sequence + " after " + last);
          }
        });
    firstOfProcess = false;
    lastSequence = Optional.of(sequence);
    int mine = connection;
    String where = endpoint;
    if (isCut()) {
      world.after(world.upTo(DELAY), () -> onlyIf(mine, () -> end(LossKind.BROKEN)));
      return;
    }
    world.after(
        world.upTo(Duration.ofMillis(5)),
        () -> {
          Optional<ServerToAgent> answer = places.receive(where, message, world.now());
          boolean cut = isCut();
          world.after(
              world.upTo(DELAY),
              () -> onlyIf(mine, () -> answered(cut ? Optional.empty() : answer, cut)));
        });
  }

  private void answered(Optional<ServerToAgent> answer, boolean cut) {
    if (answer.isPresent()) {
      asked = false;
      take(machine.received(state, answer.get(), world.now()));
    } else if (cut) {
      end(LossKind.BROKEN);
    }
  }

  private void heed(Notice notice) {
    if (notice instanceof Notice.RemoteConfigOffered config) {
      int mine = process;
      world.after(
          world.upTo(Duration.ofSeconds(2)),
          () -> {
            if (mine == process && !dead) {
              applied(config.offer());
            }
          });
    }
  }

  private void applied(AgentRemoteConfig config) {
    report =
        report.toBuilder()
            .setRemoteConfigStatus(
                RemoteConfigStatus.newBuilder()
                    .setLastRemoteConfigHash(config.getConfigHash())
                    .setStatus(RemoteConfigStatuses.RemoteConfigStatuses_APPLIED))
            .build();
    take(machine.changed(state, report, world.now()));
  }

  private void postNext() {
    if (state.takesMessage() && !toPost.isEmpty()) {
      CustomMessage message =
          CustomMessage.newBuilder()
              .setCapability(SimulatedPlaces.CAPABILITY)
              .setData(ByteString.copyFromUtf8(toPost.poll()))
              .build();
      take(machine.posted(state, message, world.now()));
    }
  }

  boolean isConnected() {
    return state.phase() == ClientPhase.CONNECTED && open;
  }

  private boolean isCut() {
    return world.noisy() && world.chance(0.04);
  }

  private Instant later(Instant when) {
    return when.isBefore(world.now()) ? world.now() : when;
  }

  private void onlyIf(int wanted, Runnable action) {
    if (connection == wanted) {
      action.run();
    }
  }
}
