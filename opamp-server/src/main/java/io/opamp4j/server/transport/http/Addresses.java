package io.opamp4j.server.transport.http;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;

/** Addresses as text for people. Never asks a name server. */
public final class Addresses {
  private Addresses() {}

  /** The peer's address and port, such as {@code 192.0.2.7:51312} or {@code [2001:db8::1]:80}. */
  public static String remote(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress address
        ? NetUtil.toSocketAddressString(address)
        : String.valueOf(channel.remoteAddress());
  }
}
