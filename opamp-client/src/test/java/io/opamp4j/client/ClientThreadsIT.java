package io.opamp4j.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.testkit.server.OpampServerExtension;
import io.opamp4j.testkit.server.ScriptedServer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several clients in one JVM, and what they leave behind. */
@Timeout(60)
class ClientThreadsIT {
  private static final int CLIENTS = 5;

  @RegisterExtension final OpampServerExtension opamp = OpampServerExtension.plain();

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void eachClientHasOneThreadBesideTheTransportsAllAreDaemonsAndNoneIsLeft(String scheme)
      throws Exception {
    ScriptedServer server = opamp.server();
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    List<Thread> made = run(server, scheme, before);
    assertThat(made.stream().filter(thread -> thread.getName().equals("opamp-client")))
        .as("loops")
        .hasSize(CLIENTS);
    assertThat(made.stream().filter(thread -> thread.getName().equals("opamp-client-callbacks")))
        .as("threads for the application's code, which come and go")
        .hasSizeLessThanOrEqualTo(CLIENTS);
    assertThat(made).allMatch(Thread::isDaemon);
    assertThat(made)
        .as("everything else is the transport's: Tyrus' or the JDK's, and what may block")
        .allMatch(thread -> thread.getName().matches("opamp-client.*|HttpClient-.*|tyrus.*"));
    // The JDK's HTTP client ends its thread once nobody holds the client any more.
    System.gc();
    for (Thread thread : made) {
      thread.join(20_000);
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
  }

  /** Not in line, so that no client is held by the test's own frame. */
  private static List<Thread> run(ScriptedServer server, String scheme, Set<Thread> before)
      throws Exception {
    URI endpoint = scheme.equals("ws") ? server.webSocket() : server.http();
    List<OpampClient> clients = new ArrayList<>();
    Set<Object> uids = new HashSet<>();
    for (int i = 0; i < CLIENTS; i++) {
      OpampClient client =
          OpampClient.builder(endpoint).description(Messages.description()).build();
      clients.add(client);
      client.start();
    }
    for (int i = 0; i < CLIENTS; i++) {
      uids.add(server.awaitMessage().getInstanceUid());
    }
    assertThat(uids).as("UID-01").hasSize(CLIENTS);
    Set<Thread> made = new HashSet<>(Thread.getAllStackTraces().keySet());
    made.removeAll(before);
    made.removeIf(thread -> thread.getName().startsWith("scripted-server"));
    for (OpampClient client : clients) {
      assertThat(client.stop(Duration.ofSeconds(10))).isTrue();
    }
    return new ArrayList<>(made);
  }
}
