package io.opamp4j.testkit.server;

import static java.util.Objects.requireNonNull;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * How a server speaks TLS. Certificates of clients are accepted if the authority signed them.
 *
 * @param authority who signs
 * @param identity what the server presents
 * @param demandsCertificate whether clients without a certificate are turned away
 * @param protocols such as {@code TLSv1.3}; empty for those of the platform
 */
public record ServerTls(
    TestAuthority authority,
    Credentials identity,
    boolean demandsCertificate,
    List<String> protocols) {

  /** A complete description. */
  public ServerTls {
    requireNonNull(authority, "authority");
    requireNonNull(identity, "identity");
    protocols = List.copyOf(protocols);
  }

  /** A server on the loopback interface, for clients with and without certificates. */
  public static ServerTls of(TestAuthority authority) {
    return new ServerTls(
        authority, authority.server("127.0.0.1", "::1", "localhost"), false, List.of());
  }

  /** Turns clients without a certificate away. */
  public ServerTls demandingCertificate() {
    return new ServerTls(authority, identity, true, protocols);
  }

  /** Presents something else, such as a certificate for another host. */
  public ServerTls presenting(Credentials other) {
    return new ServerTls(authority, other, demandsCertificate, protocols);
  }

  /** Speaks these versions only. */
  public ServerTls speaking(String... versions) {
    return new ServerTls(authority, identity, demandsCertificate, List.of(versions));
  }

  SslContext context() {
    SslContextBuilder builder =
        SslContextBuilder.forServer(identity.key(), identity.certificate())
            .sslProvider(SslProvider.JDK)
            .trustManager(authority.certificate())
            .clientAuth(demandsCertificate ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
    if (!protocols.isEmpty()) {
      builder.protocols(protocols);
    }
    try {
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("no TLS with these settings: " + e.getMessage(), e);
    }
  }
}
