package io.opamp4j.benchmarks;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.KeyValue;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * Agents as collectors would report them, over WebSocket: a dozen attributes, health, and an
 * effective configuration of 20 KB, the same for all.
 */
final class SimulatedFleet implements AutoCloseable {
  private static final int CONFIGURATION = 20 * 1024;

  /** Status, remote configuration, effective configuration, health; heartbeats are the server's. */
  private static final long CAPABILITIES = 0x1 | 0x2 | 0x4 | 0x800 | 0x1000;

  private final LongAdder applied = new LongAdder();
  private final EffectiveConfig effective =
      EffectiveConfig.newBuilder()
          .setConfigMap(
              AgentConfigMap.newBuilder()
                  .putConfigMap(
                      "",
                      AgentConfigFile.newBuilder()
                          .setBody(ByteString.copyFromUtf8(configuration("local")))
                          .setContentType("text/yaml")
                          .build()))
          .build();
  private final Dialer dialer;
  private int size;

  SimulatedFleet(int port) {
    dialer = new Dialer(port);
  }

  /** Connects agents until there are this many and the server has answered each. */
  Duration connect(int count) throws InterruptedException {
    return dialer.dial(count - size, opened -> new FleetAgent(report(size++), applied, opened));
  }

  /** How many configurations have been applied, over all agents. */
  long applied() {
    return applied.sum();
  }

  /** YAML of 20 KB. */
  static String configuration(String name) {
    StringBuilder text = new StringBuilder("# " + name + "\nsettings:\n");
    for (int i = 0; text.length() < CONFIGURATION; i++) {
      text.append("  - name: setting-").append(i).append("\n    value: of ").append(name);
      text.append("\n");
    }
    return text.substring(0, text.lastIndexOf("\n", CONFIGURATION) + 1);
  }

  /** The same as a configuration for all, as the REST API takes it. */
  static String configurationJson(String name) {
    return "{\"selector\":\"\",\"files\":{\"\":{\"contentType\":\"text/yaml\",\"body\":\""
        + configuration(name).replace("\n", "\\n")
        + "\"}}}";
  }

  @Override
  public void close() {
    dialer.close();
  }

  private AgentToServer report(int number) {
    AgentDescription.Builder description =
        AgentDescription.newBuilder()
            .addIdentifyingAttributes(attribute("service.name", "collector-" + number % 50))
            .addIdentifyingAttributes(attribute("service.version", "0." + number % 7 + ".0"))
            .addIdentifyingAttributes(attribute("service.instance.id", "instance-" + number))
            .addNonIdentifyingAttributes(attribute("host.name", "host-" + number))
            .addNonIdentifyingAttributes(attribute("env", number % 3 == 0 ? "prod" : "test"))
            .addNonIdentifyingAttributes(attribute("zone", "z" + number % 9));
    for (int i = 0; i < 6; i++) {
      description.addNonIdentifyingAttributes(attribute("attribute." + i, "Value " + i));
    }
    ByteBuffer uid = ByteBuffer.allocate(16).putLong(0x0190_0000_0000_7000L).putLong(number);
    return AgentToServer.newBuilder()
        .setInstanceUid(ByteString.copyFrom(uid.flip()))
        .setCapabilities(CAPABILITIES)
        .setAgentDescription(description)
        .setHealth(ComponentHealth.newBuilder().setHealthy(true).setStartTimeUnixNano(1))
        .setEffectiveConfig(effective)
        .build();
  }

  private static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }
}
