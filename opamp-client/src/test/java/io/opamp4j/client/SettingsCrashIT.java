package io.opamp4j.client;

import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED;
import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.testkit.server.Offers;
import io.opamp4j.testkit.server.ScriptedServer;
import io.opamp4j.testkit.server.ServerTls;
import io.opamp4j.testkit.server.TestAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The process dies at some write to its store, just before or just after, and another one goes on
 * with what is on the disk: over every write of every story there is.
 */
@Timeout(120)
class SettingsCrashIT {
  private static final ServerTls TLS = ServerTls.of(new TestAuthority());

  @TempDir Path directory;

  /** What the first server wants of the client, and what comes of it. */
  enum Story {
    /** To another server, which is there. */
    MOVES,
    /** To another server, which does not let it in. */
    FALLS_BACK,
    /** To a certificate, at the same server. */
    IS_CERTIFIED
  }

  @ParameterizedTest
  @EnumSource(Story.class)
  void conn11WheneverTheClientDiesAnotherOneBringsItToItsEnd(Story story) throws Exception {
    int saves = savesOf(story);
    assertThat(saves).as("there is something to survive").isBetween(3, 20);
    for (int save = 1; save <= saves; save++) {
      dies(story, save, false);
      dies(story, save, true);
    }
  }

  private int savesOf(Story story) throws Exception {
    try (ScriptedServer first = ScriptedServer.start(TLS);
        ScriptedServer second = ScriptedServer.start(TLS)) {
      tell(story, first, second);
      MortalStore store =
          new MortalStore(new FileClientStore(directory.resolve("whole")), Integer.MAX_VALUE, true);
      try (OpampClient client = client(story, first.webSocket(), store)) {
        client.start();
        awaitEnd(story, first, second);
        return store.saves();
      }
    }
  }

  private void dies(Story story, int save, boolean written) throws Exception {
    String death = (written ? "after" : "before") + " write " + save;
    FileClientStore disk = new FileClientStore(directory.resolve(death));
    MortalStore mortal = new MortalStore(disk, save, written);
    try (ScriptedServer first = ScriptedServer.start(TLS);
        ScriptedServer second = ScriptedServer.start(TLS)) {
      tell(story, first, second);
      OpampClient client = client(story, first.webSocket(), mortal);
      client.start();
      mortal.awaitDeath();
      // The operating system closes what a dead process had open.
      first.cut();
      second.cut();
      try (OpampClient heir = client(story, first.webSocket(), disk)) {
        heir.start();
        long last = numbers(first, second).max(Comparator.naturalOrder()).orElse(-1L);
        assertThat(awaitEnd(story, first, second).getSequenceNum())
            .as(death)
            .isGreaterThanOrEqualTo(last);
      }
      assertThat(numbers(first, second)).as(death + ": SEQ-01").doesNotHaveDuplicates();
      assertThat(first.mostConnections()).as(death + ": DUP-01").isEqualTo(1);
      assertThat(second.mostConnections()).as(death + ": DUP-01").isLessThanOrEqualTo(1);
      check(story, first, second, disk.load().orElseThrow());
      first.goAway();
      second.goAway();
      mortal.bury();
      client.stop(Duration.ofSeconds(10));
    }
  }

  private static void check(
      Story story, ScriptedServer first, ScriptedServer second, ClientMemory memory) {
    assertThat(memory.hasCandidate()).isFalse();
    OpAMPConnectionSettings settings = memory.getSettings();
    switch (story) {
      case MOVES ->
          assertThat(settings.getDestinationEndpoint()).isEqualTo(second.webSocket().toString());
      case FALLS_BACK ->
          assertThat(settings).isEqualTo(OpAMPConnectionSettings.getDefaultInstance());
      case IS_CERTIFIED -> {
        assertThat(settings.getCertificate().getPrivateKey()).isNotEqualTo(ByteString.EMPTY);
        assertThat(first.requests().get(first.requests().size() - 1).certifiedName())
            .contains("CN=" + Messages.UID);
      }
    }
  }

  private static Stream<Long> numbers(ScriptedServer first, ScriptedServer second) {
    return Stream.concat(first.messages().stream(), second.messages().stream())
        .map(AgentToServer::getSequenceNum);
  }

  private static void tell(Story story, ScriptedServer first, ScriptedServer second) {
    first.answer(message -> wish(story, second, message));
    second.admit(request -> story == Story.MOVES);
  }

  /** What the first server answers: its wish, for as long as the agent does not report it. */
  private static ServerToAgent wish(Story story, ScriptedServer second, AgentToServer message) {
    ServerToAgent.Builder answer = ServerToAgent.newBuilder().setCapabilities(0x7F);
    if (story != Story.IS_CERTIFIED) {
      return answer
          .mergeFrom(
              Offers.settings(
                  "S1",
                  OpAMPConnectionSettings.newBuilder()
                      .setDestinationEndpoint(second.webSocket().toString())
                      .build()))
          .build();
    }
    if (message.hasConnectionSettingsRequest()) {
      String csr =
          message
              .getConnectionSettingsRequest()
              .getOpamp()
              .getCertificateRequest()
              .getCsr()
              .toStringUtf8();
      String certificate = TLS.authority().sign(csr);
      OpAMPConnectionSettings.Builder settings = OpAMPConnectionSettings.newBuilder();
      settings.getCertificateBuilder().setCert(ByteString.copyFromUtf8(certificate));
      String hash = "C" + certificate.hashCode();
      return answer.mergeFrom(Offers.settings(hash, settings.build())).build();
    }
    return answer.build();
  }

  private static Predicate<AgentToServer> isEnd(Story story) {
    return message -> {
      ConnectionSettingsStatus status = message.getConnectionSettingsStatus();
      return status.getStatus()
          == (story == Story.FALLS_BACK
              ? ConnectionSettingsStatuses_FAILED
              : ConnectionSettingsStatuses_APPLIED);
    };
  }

  private static AgentToServer awaitEnd(Story story, ScriptedServer first, ScriptedServer second) {
    return (story == Story.MOVES ? second : first).awaitMessage(isEnd(story));
  }

  private static OpampClient client(Story story, URI endpoint, ClientStore store) {
    ClientBuilder builder =
        OpampClient.builder(endpoint)
            .instanceUid(Messages.UID)
            .backoff(Messages.QUICK)
            .tls(Tls.PLATFORM.trusting(TLS.authority().pem(), false))
            .store(store)
            .acceptOpampSettings();
    return (story == Story.IS_CERTIFIED ? builder.requestCertificate() : builder).build();
  }

  /** Holds its caller for ever at one of its writes, as death does. */
  private static final class MortalStore implements ClientStore {
    private final ClientStore disk;
    private final int last;
    private final boolean written;
    private final AtomicInteger saves = new AtomicInteger();
    private final CountDownLatch dead = new CountDownLatch(1);
    private final CountDownLatch buried = new CountDownLatch(1);

    MortalStore(ClientStore disk, int last, boolean written) {
      this.disk = disk;
      this.last = last;
      this.written = written;
    }

    @Override
    public Optional<ClientMemory> load() throws IOException {
      return disk.load();
    }

    @Override
    public void save(ClientMemory memory) throws IOException {
      int save = saves.incrementAndGet();
      if (save < last || (save == last && written)) {
        disk.save(memory);
      }
      if (save >= last) {
        dead.countDown();
        try {
          buried.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }

    int saves() {
      return saves.get();
    }

    void awaitDeath() throws InterruptedException {
      assertThat(dead.await(10, TimeUnit.SECONDS)).as("write " + last + " comes").isTrue();
    }

    void bury() {
      buried.countDown();
    }
  }
}
