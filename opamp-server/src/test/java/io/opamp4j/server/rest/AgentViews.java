package io.opamp4j.server.rest;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.agents.Connection;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.Pin;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes agents for tests of queries; what is not said is empty. */
final class AgentViews {
  private final InstanceUid uid;
  private ConnectionState state = ConnectionState.CONNECTED;
  private Instant since = RestFixture.NOW;
  private Instant lastSeen = RestFixture.NOW;
  private Map<String, String> labels = Map.of();
  private Optional<Pin> pin = Optional.empty();
  private Target target = Target.NONE;
  private Optional<String> node = Optional.empty();
  private Optional<Connection.Transport> transport = Optional.empty();
  private Optional<String> address = Optional.empty();
  private final AgentToServer.Builder report = AgentToServer.newBuilder();

  private AgentViews(InstanceUid uid) {
    this.uid = uid;
  }

  static AgentViews agent(int number) {
    return new AgentViews(new InstanceUid(1, number));
  }

  AgentViews state(ConnectionState value) {
    state = value;
    return this;
  }

  AgentViews since(Instant value) {
    since = value;
    return this;
  }

  AgentViews lastSeen(Instant value) {
    lastSeen = value;
    return this;
  }

  AgentViews labels(Map<String, String> value) {
    labels = value;
    return this;
  }

  AgentViews pin(Pin value) {
    pin = Optional.of(value);
    return this;
  }

  AgentViews node(String value) {
    node = Optional.of(value);
    return this;
  }

  /** It is there, and takes configurations. */
  AgentViews connected() {
    transport = Optional.of(Connection.Transport.WEBSOCKET);
    report.setInstanceUid(uid.toBytes()).setCapabilities(0x1003);
    return this;
  }

  AgentViews address(String value) {
    address = Optional.of(value);
    return this;
  }

  AgentViews healthy(boolean value) {
    report.setHealth(ComponentHealth.newBuilder().setHealthy(value));
    return this;
  }

  AgentViews report(AgentToServer more) {
    report.mergeFrom(more);
    return this;
  }

  AgentViews target(Target value) {
    target = value;
    return this;
  }

  AgentViews configuration(String name) {
    return target(new Target(Target.NONE.offers(), name, List.of(), Optional.empty()));
  }

  AgentViews name(String value) {
    report.setAgentDescription(
        AgentDescription.newBuilder()
            .addIdentifyingAttributes(
                KeyValue.newBuilder()
                    .setKey("service.name")
                    .setValue(AnyValue.newBuilder().setStringValue(value))));
    return this;
  }

  AgentView build() {
    return new AgentView(
        uid,
        new AgentStatus(state, "for the test"),
        since,
        report.build(),
        new AgentNote(labels, pin),
        target,
        since,
        lastSeen,
        transport,
        address,
        node);
  }

  void in(RestFixture rest) {
    AgentView made = build();
    rest.agents.put(made.uid(), made);
  }
}
