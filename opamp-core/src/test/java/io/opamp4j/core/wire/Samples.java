package io.opamp4j.core.wire;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.KeyValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/** Messages and bytes the tests of this package share. */
final class Samples {
  static final InstanceUid UID = InstanceUid.parse("0190f5c2-7a3b-7c11-8d22-0123456789ab");

  /** The smallest useful message, as in the reference, section (b). */
  static final AgentToServer SMALLEST =
      AgentToServer.newBuilder().setInstanceUid(UID.toBytes()).setCapabilities(1).build();

  static final byte[] SMALLEST_BYTES = hex("0A10 0190F5C27A3B7C118D220123456789AB 2001");

  private Samples() {}

  static byte[] hex(String spaced) {
    return HexFormat.of().parseHex(spaced.replace(" ", ""));
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** A message with something of every kind. */
  static AgentToServer report() {
    return SMALLEST.toBuilder()
        .setSequenceNum(-1)
        .setAgentDescription(
            AgentDescription.newBuilder()
                .addIdentifyingAttributes(
                    KeyValue.newBuilder()
                        .setKey("service.name")
                        .setValue(AnyValue.newBuilder().setStringValue("größe"))))
        .setHealth(
            ComponentHealth.newBuilder()
                .setHealthy(true)
                .putComponentHealthMap("pipeline", ComponentHealth.getDefaultInstance()))
        .setEffectiveConfig(
            EffectiveConfig.newBuilder()
                .setConfigMap(
                    AgentConfigMap.newBuilder()
                        .putConfigMap(
                            "collector.yaml",
                            AgentConfigFile.newBuilder()
                                .setBody(ByteString.copyFromUtf8("receivers: {}\n".repeat(20)))
                                .build())))
        .build();
  }

  /** A message of exactly this size, at least 200 bytes. */
  static AgentToServer ofSize(int size) {
    AgentToServer empty = withBody(0);
    int body = size - empty.getSerializedSize();
    while (withBody(body).getSerializedSize() > size) {
      body--;
    }
    AgentToServer message = withBody(body);
    if (message.getSerializedSize() != size) {
      throw new IllegalArgumentException("no message of this shape has " + size + " bytes");
    }
    return message;
  }

  private static AgentToServer withBody(int length) {
    return SMALLEST.toBuilder()
        .setEffectiveConfig(
            EffectiveConfig.newBuilder()
                .setConfigMap(
                    AgentConfigMap.newBuilder()
                        .putConfigMap(
                            "f",
                            AgentConfigFile.newBuilder()
                                .setBody(ByteString.copyFrom(new byte[length]))
                                .build())))
        .build();
  }

  static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  /** A health tree with this many levels under its root, written back to front by hand. */
  static byte[] deepHealth(int levels) {
    Backwards out = new Backwards(levels * 16 + 16);
    for (int level = 0; level < levels; level++) {
      out.length(out.size()).put(0x12); // value of the map entry
      out.put('c').put(1).put(0x0A); // key of the map entry
      out.length(out.size()).put(0x32); // component_health_map
    }
    return out.length(out.size()).put(0x2A).toByteArray(); // health
  }

  private static final class Backwards {
    private final byte[] bytes;
    private int start;

    Backwards(int capacity) {
      bytes = new byte[capacity];
      start = capacity;
    }

    int size() {
      return bytes.length - start;
    }

    Backwards put(int value) {
      bytes[--start] = (byte) value;
      return this;
    }

    Backwards length(int length) {
      int groups = 1;
      while (length >>> (7 * groups) != 0) {
        groups++;
      }
      put(length >>> (7 * (groups - 1)));
      for (int group = groups - 2; group >= 0; group--) {
        put(((length >>> (7 * group)) & 0x7F) | 0x80);
      }
      return this;
    }

    byte[] toByteArray() {
      return Arrays.copyOfRange(bytes, start, bytes.length);
    }
  }
}
