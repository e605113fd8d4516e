package io.opamp4j.testkit.server;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives each test a {@link ScriptedServer} of its own, and fails the test if the agent sent
 * something that is not OpAMP.
 *
 * <pre>{@code
 * @RegisterExtension
 * final OpampServerExtension opamp = OpampServerExtension.plain();
 *
 * @Test
 * void reportsHealth() {
 *   try (MyAgent agent = MyAgent.start(opamp.server().webSocket())) {
 *     OpampAssertions.assertThat(opamp.server().awaitMessage()).has(Section.HEALTH);
 *   }
 * }
 * }</pre>
 */
public final class OpampServerExtension implements BeforeEachCallback, AfterEachCallback {
  private final Supplier<ScriptedServer> start;
  private final Optional<TestAuthority> authority;
  private @Nullable ScriptedServer server;

  private OpampServerExtension(Supplier<ScriptedServer> start, Optional<TestAuthority> authority) {
    this.start = start;
    this.authority = authority;
  }

  /** Without TLS. */
  public static OpampServerExtension plain() {
    return new OpampServerExtension(ScriptedServer::start, Optional.empty());
  }

  /** With TLS, of an authority of its own. */
  public static OpampServerExtension secure() {
    return secure(ServerTls.of(new TestAuthority()));
  }

  /** With this TLS. */
  public static OpampServerExtension secure(ServerTls tls) {
    return new OpampServerExtension(() -> ScriptedServer.start(tls), Optional.of(tls.authority()));
  }

  /**
   * The server of the test that runs.
   *
   * @throws IllegalStateException if none does
   */
  public ScriptedServer server() {
    if (server == null) {
      throw new IllegalStateException("no test runs, or this is not a registered extension");
    }
    return server;
  }

  /**
   * Who signed the server's certificate.
   *
   * @throws IllegalStateException if there is no TLS
   */
  public TestAuthority authority() {
    return authority.orElseThrow(() -> new IllegalStateException("this server has no TLS"));
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    server = start.get();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    ScriptedServer over = requireNonNull(server, "server");
    server = null;
    over.close();
    if (!over.problems().isEmpty()) {
      throw new AssertionError("the agent sent what it must not: " + over.problems());
    }
  }
}
