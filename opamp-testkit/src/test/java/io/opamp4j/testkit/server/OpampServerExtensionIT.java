package io.opamp4j.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server for each test. */
@Timeout(30)
class OpampServerExtensionIT {
  @RegisterExtension static final OpampServerExtension opamp = OpampServerExtension.plain();

  @RegisterExtension final OpampServerExtension secure = OpampServerExtension.secure();

  private static ScriptedServer seen;

  @Test
  void eachTestHasAServerOfItsOwn() throws Exception {
    seenOnce();
  }

  @Test
  void eachTestReallyHasAServerOfItsOwn() throws Exception {
    seenOnce();
  }

  private static void seenOnce() throws Exception {
    assertThat(opamp.server()).isNotSameAs(seen);
    assertThat(opamp.server().messages()).isEmpty();
    JdkAgent agent = new JdkAgent();
    agent.post(opamp.server().http(), agent.agent.next());
    seen = opamp.server();
  }

  @Test
  void tlsComesWithItsAuthority() {
    assertThat(secure.server().http().getScheme()).isEqualTo("https");
    assertThat(secure.authority().pem()).startsWith("-----BEGIN CERTIFICATE-----");
    assertThatThrownBy(opamp::authority).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anAgentThatTalksRubbishFailsItsTest() throws Exception {
    OpampServerExtension strict = OpampServerExtension.plain();
    assertThatThrownBy(strict::server).isInstanceOf(IllegalStateException.class);
    strict.beforeEach(null);
    JdkAgent agent = new JdkAgent();
    WebSocket socket = agent.open(strict.server().webSocket());
    socket.sendBinary(ByteBuffer.wrap(new byte[] {7}), true).get();
    agent.next();
    assertThatThrownBy(() -> strict.afterEach(null))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("header");
  }
}
