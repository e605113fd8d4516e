package io.opamp4j.core.rollout;

/** The same agent with one thing changed. */
final class Views {
  private Views() {}

  static AgentView connected(AgentView v, boolean connected) {
    return new AgentView(
        v.uid(), v.stage(), connected, v.compatible(), v.reported(), v.healthy(), v.error());
  }

  static AgentView at(AgentView v, int stage) {
    return new AgentView(
        v.uid(), stage, v.connected(), v.compatible(), v.reported(), v.healthy(), v.error());
  }

  static AgentView healthy(AgentView v, boolean healthy, String error) {
    return new AgentView(
        v.uid(), v.stage(), v.connected(), v.compatible(), v.reported(), healthy, error);
  }

  static AgentView compatible(AgentView v, boolean compatible) {
    return new AgentView(
        v.uid(), v.stage(), v.connected(), compatible, v.reported(), v.healthy(), v.error());
  }

  static AgentView reporting(AgentView v, Reported reported, String error) {
    return new AgentView(
        v.uid(), v.stage(), v.connected(), v.compatible(), reported, v.healthy(), error);
  }

  static AgentView reporting(AgentView v, Reported reported) {
    return reporting(v, reported, reported == Reported.FAILED ? "unknown exporter otlp/x" : "");
  }
}
