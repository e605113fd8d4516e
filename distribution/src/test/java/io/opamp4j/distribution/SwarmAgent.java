package io.opamp4j.distribution;

import com.google.protobuf.ByteString;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ServerErrorResponse;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentFlags;
import io.opamp4j.testkit.FakeAgent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One agent of a swarm: what it says when it hears something. It takes every configuration unless
 * it is told to refuse some, new uids and pauses as the protocol wants it, and complains of what an
 * agent must not be sent.
 */
final class SwarmAgent {
  /** An agent that takes configurations and keeps a heartbeat interval of its own. */
  static final long CONFIGURABLE =
      Capabilities.of(
          AgentCapabilities.AgentCapabilities_ReportsStatus,
          AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig,
          AgentCapabilities.AgentCapabilities_ReportsRemoteConfig,
          AgentCapabilities.AgentCapabilities_ReportsHeartbeat);

  /** An agent that takes the server's interval too. */
  static final long OBEDIENT =
      CONFIGURABLE
          | Capabilities.of(AgentCapabilities.AgentCapabilities_AcceptsOpAMPConnectionSettings);

  /** An agent that can be restarted too. */
  static final long RESTARTABLE =
      CONFIGURABLE | Capabilities.of(AgentCapabilities.AgentCapabilities_AcceptsRestartCommand);

  private final FakeAgent script;
  private final boolean takesSettings;
  private final boolean takesRestarts;
  private final String group;
  private final Consumer<String> faults;
  private final Set<ByteString> formerUids = new HashSet<>();
  private final List<Offer> offers = new ArrayList<>();
  private Function<AgentConfigMap, Optional<String>> refusal = files -> Optional.empty();
  private AvailableComponents catalogue = AvailableComponents.getDefaultInstance();
  private ByteString answered = ByteString.EMPTY;
  private int lines;
  private CompletableFuture<Void> joined = new CompletableFuture<>();
  private int answers;
  private int restarts;

  /**
   * A configuration that it was sent.
   *
   * @param hash of the configuration
   * @param line counts its connections
   * @param heard how many messages it had heard by then
   */
  record Offer(ByteString hash, int line, int heard) {}

  /** Tells whoever carries it to leave and come back. */
  @FunctionalInterface
  interface Pause {
    void leaveFor(Duration time);
  }

  SwarmAgent(InstanceUid uid, String group, long capabilities, Consumer<String> faults) {
    this.script = new FakeAgent(uid, group, capabilities);
    this.takesSettings =
        Capabilities.has(
            capabilities, AgentCapabilities.AgentCapabilities_AcceptsOpAMPConnectionSettings);
    this.takesRestarts =
        Capabilities.has(capabilities, AgentCapabilities.AgentCapabilities_AcceptsRestartCommand);
    this.group = group;
    this.faults = faults;
  }

  /** Something about it is otherwise than before; its next message tells. */
  void is(Consumer<AgentToServer.Builder> change) {
    script.change(change);
  }

  /** It consists of this; it tells the hash, and the rest when it is asked (COMP-05). */
  void consistsOf(AvailableComponents components) {
    catalogue = components;
    is(
        report ->
            report.setAvailableComponents(
                AvailableComponents.newBuilder().setHash(components.getHash())));
  }

  /**
   * It refuses configurations from now on.
   *
   * @param reason why it cannot use these files; empty if it can
   */
  void refuses(Function<AgentConfigMap, Optional<String>> reason) {
    refusal = reason;
  }

  /** All configurations that it was sent, in order, repetitions among them. */
  List<Offer> offers() {
    return offers;
  }

  InstanceUid uid() {
    return script.uid();
  }

  String group() {
    return group;
  }

  /** Done as soon as it has been answered on its present line. */
  CompletableFuture<Void> joined() {
    return joined;
  }

  /** How often it was answered or sent something, errors apart. */
  int answers() {
    return answers;
  }

  /** How often it was told to restart. It goes on all the same. */
  int restarts() {
    return restarts;
  }

  /** Whether a message to this uid is for this agent, or was before it got another one. */
  boolean isOrWas(ByteString address) {
    return address.equals(uid().toBytes()) || formerUids.contains(address);
  }

  /** Its line has ended. */
  void lost() {
    if (joined.isDone()) {
      joined = new CompletableFuture<>();
    }
  }

  /** The first message on a new line. */
  AgentToServer hello(boolean everything) {
    lost();
    lines++;
    return everything ? script.fullState() : script.next();
  }

  AgentToServer heartbeat() {
    return script.next();
  }

  AgentToServer goodbye() {
    return script.goodbye();
  }

  /**
   * A message of the server's came for this agent; what it has to say to it goes to {@code say}.
   */
  void heard(ServerToAgent message, Consumer<AgentToServer> say, Pause pause) {
    if (message.hasErrorResponse()) {
      heardError(message, pause);
      return;
    }
    if (!message.getInstanceUid().equals(uid().toBytes())) {
      // Sent before the server knew that this agent goes by its new uid.
      return;
    }
    answers++;
    joined.complete(null);
    if ((message.getCapabilities() & ~Capabilities.DEFINED_SERVER) != 0) {
      faults.accept(this + " was told undefined capabilities (CAP-07)");
    }
    restarts += message.hasCommand() ? 1 : 0;
    if ((message.hasCommand() && !takesRestarts)
        || message.hasPackagesAvailable()
        || (message.hasConnectionSettings() && !takesSettings)) {
      faults.accept(this + " was sent what it cannot take (CAP-11): " + message);
    }
    ByteString before = uid().toBytes();
    boolean fullState = script.heard(message);
    if (!before.equals(uid().toBytes())) {
      formerUids.add(before);
      fullState = true;
    }
    if (fullState) {
      say.accept(script.fullState());
    }
    boolean asked =
        (message.getFlags() & ServerToAgentFlags.ServerToAgentFlags_ReportAvailableComponents_VALUE)
            != 0;
    if (asked && !catalogue.getHash().isEmpty()) {
      say.accept(script.next(report -> report.setAvailableComponents(catalogue)));
    }
    if (message.hasRemoteConfig()) {
      offered(message.getRemoteConfig(), say);
    }
  }

  private void offered(AgentRemoteConfig offer, Consumer<AgentToServer> say) {
    offers.add(new Offer(offer.getConfigHash(), lines, answers));
    if (offer.getConfigHash().equals(answered)) {
      return;
    }
    Optional<String> reason = refusal.apply(offer.getConfig());
    // What it has refused it would try again.
    answered = reason.isPresent() ? ByteString.EMPTY : offer.getConfigHash();
    say.accept(script.applying());
    say.accept(reason.isPresent() ? script.failed(reason.get()) : script.applied());
  }

  private void heardError(ServerToAgent message, Pause pause) {
    ServerErrorResponse error = message.getErrorResponse();
    ServerToAgent alone =
        ServerToAgent.newBuilder()
            .setInstanceUid(message.getInstanceUid())
            .setErrorResponse(error)
            .build();
    if (!message.equals(alone)) {
      faults.accept(this + " got an error that does not stand alone (ERR-01): " + message);
    }
    if (error.getType() == ServerErrorResponseType.ServerErrorResponseType_Unavailable) {
      pause.leaveFor(Duration.ofNanos(error.getRetryInfo().getRetryAfterNanoseconds()));
    } else {
      faults.accept(this + " got an error: " + error);
    }
  }

  @Override
  public String toString() {
    return group + " " + uid();
  }
}
