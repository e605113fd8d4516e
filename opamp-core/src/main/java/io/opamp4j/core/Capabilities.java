package io.opamp4j.core;

import com.google.protobuf.ProtocolMessageEnum;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.ServerCapabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Reads and writes the capability masks, which travel as uint64. Bits no one has defined yet are
 * ignored when asking and kept when showing (CAP-14).
 */
public final class Capabilities {
  /** Every bit an agent may set (CAP-01). */
  public static final long DEFINED_AGENT = 0xFFFF;

  /** Every bit a server may set (CAP-07). */
  public static final long DEFINED_SERVER = 0x7F;

  private static final String AGENT_PREFIX = "AgentCapabilities_";
  private static final String SERVER_PREFIX = "ServerCapabilities_";

  private Capabilities() {}

  /** Whether the agent has this capability. */
  public static boolean has(long mask, AgentCapabilities capability) {
    return (mask & bit(capability)) != 0;
  }

  /** Whether the server has this capability. */
  public static boolean has(long mask, ServerCapabilities capability) {
    return (mask & bit(capability)) != 0;
  }

  /** The mask with exactly these bits. */
  public static long of(AgentCapabilities... capabilities) {
    return mask(capabilities);
  }

  /** The mask with exactly these bits. */
  public static long of(ServerCapabilities... capabilities) {
    return mask(capabilities);
  }

  /**
   * The capabilities of an agent for people, lowest bit first, such as {@code ReportsStatus}. Bits
   * without a name come last, together, as one hexadecimal number.
   */
  public static List<String> agentNames(long mask) {
    return names(mask, DEFINED_AGENT, AGENT_PREFIX, AgentCapabilities::forNumber);
  }

  /** The same for the capabilities of a server. */
  public static List<String> serverNames(long mask) {
    return names(mask, DEFINED_SERVER, SERVER_PREFIX, ServerCapabilities::forNumber);
  }

  private static long mask(ProtocolMessageEnum[] capabilities) {
    long mask = 0;
    for (ProtocolMessageEnum capability : capabilities) {
      mask |= bit(capability);
    }
    return mask;
  }

  private static long bit(ProtocolMessageEnum capability) {
    return Integer.toUnsignedLong(capability.getNumber());
  }

  private static List<String> names(
      long mask, long defined, String prefix, IntFunction<Enum<?>> byNumber) {
    List<String> names = new ArrayList<>();
    for (long rest = mask & defined; rest != 0; rest &= rest - 1) {
      names.add(byNumber.apply((int) Long.lowestOneBit(rest)).name().substring(prefix.length()));
    }
    long unknown = mask & ~defined;
    if (unknown != 0) {
      names.add("0x" + Long.toHexString(unknown));
    }
    return List.copyOf(names);
  }
}
