package io.opamp4j.client;

import static io.opamp4j.client.Messages.UID;
import static io.opamp4j.client.Messages.answer;
import static io.opamp4j.client.Messages.decoded;
import static io.opamp4j.client.Messages.framed;
import static io.opamp4j.client.Messages.health;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.client.packages.PackageFile;
import io.opamp4j.client.packages.PackageInstaller;
import io.opamp4j.client.packages.Packages;
import io.opamp4j.client.transport.FileServer;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.DownloadableFile;
import io.opamp4j.proto.PackageAvailable;
import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatusEnum;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.PackagesAvailable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SignatureException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole clients that are offered packages (D6), with real sockets and files. */
@Timeout(60)
class ClientPackagesIT {
  private static final Backoff QUICK =
      new Backoff(Duration.ofMillis(1), 1, 0, Duration.ofMillis(1));
  private static final byte[] ONE = new byte[200_000];
  private static final byte[] TWO = new byte[150_000];

  static {
    new Random(1).nextBytes(ONE);
    new Random(2).nextBytes(TWO);
  }

  @TempDir Path authorityDirectory;
  @TempDir Path parent;
  private Path directory;
  private final Heard heard = new Heard();
  private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
  private WebSocketPeer.Port port;
  private FileServer files;
  private OpampClient client;
  private WebSocketPeer peer;

  @BeforeEach
  void listen() throws Exception {
    directory = parent.resolve("packages");
    port = new WebSocketPeer.Port();
    files = new FileServer();
    files.on("/one", FileServer.file(ONE, "\"1\"")).on("/two", FileServer.file(TWO, "\"2\""));
  }

  @AfterEach
  void stop() throws Exception {
    stopClient();
    port.close();
    files.close();
  }

  @Test
  void d06APackageIsInstalledReplacedAndRemoved() throws Exception {
    connect(packages());
    offer("A", Map.of("p", available("1", files.uri("/one"), ONE)));
    List<PackageStatuses> told = until(settled("A"));
    assertThat(told.get(told.size() - 1).getPackagesOrThrow("p"))
        .isEqualTo(
            PackageStatus.newBuilder()
                .setName("p")
                .setAgentHasVersion("v1")
                .setAgentHasHash(bytes("1"))
                .setServerOfferedVersion("v1")
                .setServerOfferedHash(bytes("1"))
                .build());
    assertThat(calls.take()).isEqualTo("install p v1 over nothing");
    assertThat(content(ONE)).hasBinaryContent(ONE);
    assertThat(files.requests().get(0).headers()).containsEntry("authorization", "offered");

    offer("B", Map.of("p", available("2", files.uri("/two"), TWO)));
    until(settled("B"));
    assertThat(calls.take()).isEqualTo("install p v2 over v1");
    offer("C", Map.of());
    until(statuses -> statuses.getPackagesCount() == 0);
    assertThat(calls.take()).isEqualTo("remove p v2");
    stopClient();
    assertThat(names()).as("nothing of it is left").containsExactly("index", "lock");
  }

  @Test
  void overTlsWithTheClientsOwnAuthorities() throws Exception {
    TestAuthority authority = new TestAuthority(authorityDirectory);
    Tls tls = Tls.PLATFORM.trusting(authority.pem(), false);
    try (WebSocketPeer.Port secure = new WebSocketPeer.Port(authority.listen(false));
        FileServer secureFiles = new FileServer(authority.serverContext())) {
      secureFiles
          .on("/one", FileServer.file(ONE, "\"1\""))
          .on(
              "/down",
              exchange -> {
                exchange.getResponseHeaders().set("Location", files.uri("/one").toString());
                FileServer.send(exchange, 302, new byte[0]);
              });
      start(builder("wss", secure).tls(tls).packages(packages()), secure);
      offer(
          "A",
          Map.of(
              "good", available("1", secureFiles.uri("/one"), ONE),
              "down", available("2", secureFiles.uri("/down"), TWO)));
      PackageStatuses last = last(until(settled("A")));
      assertThat(stage(last, "good")).isEqualTo("Installed");
      assertThat(stage(last, "down")).isEqualTo("InstallFailed");
      assertThat(last.getPackagesOrThrow("down").getErrorMessage()).contains("https to http");
      assertThat(files.requests()).as("E-35").isEmpty();
      stopClient();
    }
  }

  /** E-35: who holds the client's certificate can be told from who only has files. */
  @Test
  void theClientsCertificateIsShownToItsOwnServerOnly() throws Exception {
    TestAuthority authority = new TestAuthority(authorityDirectory);
    List<String> certificate = authority.client("agent");
    Tls tls =
        Tls.PLATFORM
            .trusting(authority.pem(), false)
            .presenting(certificate.get(0), certificate.get(1));
    try (WebSocketPeer.Port secure = new WebSocketPeer.Port(authority.listen(true));
        FileServer secureFiles = new FileServer(authority.serverContext())) {
      secureFiles
          .on("/home", FileServer.file(ONE, "\"1\""))
          .on("/away", FileServer.file(TWO, "\"2\""));
      start(builder("wss", secure).tls(tls).packages(packages()), secure);
      URI away = URI.create("https://localhost:" + secureFiles.port() + "/away");
      offer(
          "A",
          Map.of(
              "a", available("1", secureFiles.uri("/home"), ONE), "b", available("2", away, TWO)));
      PackageStatuses last = last(until(settled("A")));
      assertThat(stage(last, "a") + stage(last, "b")).isEqualTo("InstalledInstalled");
      assertThat(secureFiles.requests().stream().map(asked -> asked.headers().get("certificate")))
          .containsExactly("CN=agent", "nobody");
      stopClient();
    }
  }

  @Test
  void aClientThatNeverStartedLeavesThePackagesFree() throws Exception {
    try (OpampClient never = builder("ws", port).packages(packages()).build()) {
      assertThat(never.isConnected()).isFalse();
    }
    assertThat(connect(packages()).getPackageStatuses().getErrorMessage()).isEmpty();
  }

  @Test
  void afterARestartNothingIsFetchedAgainAndABrokenDownloadGoesOn() throws Exception {
    Map<String, PackageAvailable> wanted =
        Map.of(
            "a",
            available("1", files.uri("/one"), ONE),
            "b",
            available("2", files.uri("/two"), TWO));
    CountDownLatch over = new CountDownLatch(1);
    files.on(
        "/two",
        exchange -> {
          exchange.sendResponseHeaders(200, TWO.length);
          exchange.getResponseBody().write(TWO, 0, 50_000);
          exchange.getResponseBody().flush();
          await(over);
        });
    connect(packages().reportEvery(Duration.ofNanos(1)));
    offer("A", wanted);
    until(
        statuses ->
            statuses.getPackagesOrThrow("b").getDownloadDetails().getDownloadPercent() > 30);
    assertThat(calls.take()).isEqualTo("install a v1 over nothing");
    stopClient();
    over.countDown();

    files.on("/two", FileServer.file(TWO, "\"2\""));
    AgentToServer first = connect(packages());
    assertThat(calls.take()).isEqualTo("restored [a]");
    assertThat(stage(first.getPackageStatuses(), "a")).isEqualTo("Installed");
    assertThat(stage(first.getPackageStatuses(), "b")).isEqualTo("InstallPending");
    assertThat(first.getPackageStatuses().getServerProvidedAllPackagesHash().isEmpty()).isTrue();
    offer("A", wanted);
    until(settled("A"));
    assertThat(calls.take()).isEqualTo("install b v2 over nothing");
    assertThat(files.requests().stream().map(FileServer.Request::path))
        .containsExactly("/one", "/two", "/two");
    assertThat(files.requests().get(2).headers().get("range")).startsWith("bytes=");
    assertThat(content(TWO)).hasBinaryContent(TWO);

    stopClient();
    PackageStatuses again = connect(packages()).getPackageStatuses();
    assertThat(again.getServerProvidedAllPackagesHash()).as("PKG-10").isEqualTo(bytes("A"));
  }

  /** PKG-18, E-50. */
  @Test
  void pkg18ACorruptFileIsRefusedAndTheOldOneStays() throws Exception {
    connect(packages());
    offer("A", Map.of("p", available("1", files.uri("/one"), ONE)));
    until(settled("A"));
    offer("B", Map.of("p", available("2", files.uri("/one"), TWO)));
    PackageStatus status = last(until(settled("B"))).getPackagesOrThrow("p");
    assertThat(status.getStatus()).isEqualTo(PackageStatusEnum.PackageStatusEnum_InstallFailed);
    assertThat(status.getErrorMessage()).contains("SHA-256");
    assertThat(status.getAgentHasHash()).isEqualTo(bytes("1"));
    assertThat(calls).containsExactly("install p v1 over nothing");
    assertThat(files.requests()).hasSize(2);
    stopClient();
    assertThat(names())
        .containsExactlyInAnyOrder(
            "index", "lock", ContentHash.of(ByteString.copyFrom(ONE)).toString());
  }

  @Test
  void aPieceThatWasWrongIsFetchedAnewOnce() throws Exception {
    files.on(
        "/one",
        exchange -> {
          byte[] bad = ONE.clone();
          bad[0] ^= 1;
          files.on("/one", FileServer.file(ONE, "\"1\""));
          FileServer.cut(bad, 10_000).to(exchange);
        });
    connect(packages());
    offer("A", Map.of("p", available("1", files.uri("/one"), ONE)));
    assertThat(stage(last(until(settled("A"))), "p")).isEqualTo("Installed");
    assertThat(content(ONE)).hasBinaryContent(ONE);
  }

  /** PKG-33, SEC-07. */
  @Test
  void pkg33WhatTheVerifierRefusesIsNeverInstalled() throws Exception {
    connect(
        packages()
            .verifier(
                file -> {
                  if (!file.signature().equals(bytes("signed"))) {
                    throw new SignatureException("not signed by us");
                  }
                }));
    offer(
        "A",
        Map.of(
            "bad", available("1", files.uri("/one"), ONE),
            "good", signed(available("2", files.uri("/two"), TWO))));
    PackageStatuses last = last(until(settled("A")));
    assertThat(stage(last, "bad")).isEqualTo("InstallFailed");
    assertThat(last.getPackagesOrThrow("bad").getErrorMessage()).isEqualTo("not signed by us");
    assertThat(stage(last, "good")).isEqualTo("Installed");
    assertThat(calls).containsExactly("install good v2 over nothing");
  }

  @Test
  void anInstallerThatThrowsFailsItsPackageAndNoOther() throws Exception {
    connect(
        packages()
            .installer(
                (next, previous) -> {
                  if (next.name().equals("bad")) {
                    throw new StackOverflowError("deep");
                  }
                }));
    offer(
        "A",
        Map.of(
            "bad", available("1", files.uri("/one"), ONE),
            "good", available("2", files.uri("/two"), TWO)));
    PackageStatuses last = last(until(settled("A")));
    assertThat(last.getPackagesOrThrow("bad").getErrorMessage()).isEqualTo("deep");
    assertThat(stage(last, "good")).isEqualTo("Installed");
  }

  @Test
  void aSlowInstallerHoldsUpNothingButPackages() throws Exception {
    CountDownLatch installing = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    connect(
        packages()
            .installer(
                (next, previous) -> {
                  installing.countDown();
                  await(over);
                }));
    offer("A", Map.of("p", available("1", files.uri("/one"), ONE)));
    until(statuses -> stage(statuses, "p").equals("Installing"));
    installing.await();
    client.setHealth(health("busy"));
    assertThat(read().getHealth().getStatus()).isEqualTo("busy");
    offer("B", Map.of("p", available("2", files.uri("/two"), TWO)));
    until(statuses -> statuses.getServerProvidedAllPackagesHash().equals(bytes("B")));
    assertThat(files.requests()).as("never two at once").hasSize(1);
    over.countDown();
    until(settled("B"));
    assertThat(content(TWO)).hasBinaryContent(TWO);
  }

  @Test
  void theInstallerMayStopTheClient() throws Exception {
    BlockingQueue<Boolean> stopped = new LinkedBlockingQueue<>();
    connect(
        packages().installer((next, previous) -> stopped.add(client.stop(Duration.ofSeconds(20)))));
    offer("A", Map.of("p", available("1", files.uri("/one"), ONE)));
    AgentToServer message = decoded(peer.read());
    while (!message.hasAgentDisconnect()) {
      peer.binary(framed(answer()));
      message = decoded(peer.read());
    }
    assertThat(peer.read().opcode()).isEqualTo(WebSocketPeer.CLOSE);
    peer.closeFrame(1000);
    assertThat(stopped.poll(30, TimeUnit.SECONDS)).isTrue();
    stopClient();
    assertThat(stage(connect(packages()).getPackageStatuses(), "p"))
        .as("it returned, so it counts")
        .isEqualTo("Installed");
  }

  /** E-48: a local package is told, and left alone. */
  @Test
  void pkg22ALocalPackageIsToldFromTheStart() throws Exception {
    AgentToServer first = connect(packages().local("own", "7", bytes("h7")));
    PackageStatus own = first.getPackageStatuses().getPackagesOrThrow("own");
    assertThat(own.getAgentHasVersion()).isEqualTo("7");
    assertThat(own.getServerOfferedHash().isEmpty()).as("PKG-25").isTrue();
    offer("A", Map.of());
    until(statuses -> statuses.getServerProvidedAllPackagesHash().equals(bytes("A")));
    assertThat(calls).isEmpty();
  }

  @Test
  void twoClientsCannotHaveOneDirectory() throws Exception {
    connect(packages());
    try (OpampClient second = builder("ws", port).packages(packages()).build()) {
      OpampClient first = client;
      WebSocketPeer firstPeer = peer;
      second.start();
      peer = port.knock().accept();
      PackageStatuses told = decoded(peer.read()).getPackageStatuses();
      assertThat(told.getErrorMessage()).as("PKG-30").contains("in use");
      peer.binary(framed(answer()));
      client = first;
      peer.close();
      peer = firstPeer;
    }
    offer("A", Map.of("p", available("1", files.uri("/one"), ONE)));
    assertThat(stage(last(until(settled("A"))), "p")).isEqualTo("Installed");
  }

  static List<String> maliciousNames() {
    return List.of(
        "../../evil",
        "..",
        ".",
        "/etc/cron.d/evil",
        "C:\\Windows\\evil",
        "\\\\host\\share",
        "",
        " ",
        "a\u0000b",
        "index",
        "lock",
        "INDEX",
        "CON",
        "a/b/c",
        "\u202Etxt.exe",
        "caf\u00e9",
        "cafe\u0301",
        "\uD83D\uDE80",
        "x".repeat(5000));
  }

  @ParameterizedTest
  @MethodSource("maliciousNames")
  void aNameIsNeverAPath(String name) throws Exception {
    connect(packages());
    offer("A", Map.of(name, available("1", files.uri("/one"), ONE)));
    PackageStatuses last = last(until(settled("A")));
    assertThat(stage(last, name)).isEqualTo("Installed");
    stopClient();
    assertThat(names())
        .containsExactly(ContentHash.of(ByteString.copyFrom(ONE)).toString(), "index", "lock");
    try (Stream<Path> beside = Files.list(parent)) {
      assertThat(beside).containsExactly(directory);
    }
  }

  @Test
  void misuseIsRefusedAtOnce() throws Exception {
    Packages packages = packages();
    assertThatThrownBy(() -> packages.sizeLimit(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> packages.stallTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> packages.reportEvery(Duration.ofSeconds(-1)))
        .hasMessageContaining("PT-1S");
    assertThatThrownBy(() -> packages.local("own", "1", ByteString.EMPTY))
        .hasMessageContaining("PKG-24");
    Path nowhere = parent.resolve("no/such");
    assertThatThrownBy(() -> Packages.into(nowhere)).hasMessageContaining(nowhere.toString());
    Path file = Files.createFile(parent.resolve("file"));
    assertThatThrownBy(() -> Packages.into(file)).hasMessageContaining(file.toString());
    connect(packages);
    assertThatThrownBy(() -> client.setPackageStatuses(PackageStatuses.getDefaultInstance()))
        .isInstanceOf(IllegalStateException.class);
  }

  private Packages packages() {
    return Packages.into(directory).backoff(QUICK).installer(new Recorder());
  }

  private final class Recorder implements PackageInstaller {
    @Override
    public void install(PackageFile next, Optional<PackageFile> previous) throws IOException {
      String before = previous.map(PackageFile::version).orElse("nothing");
      if (previous.isPresent() && Files.size(previous.get().file()) == 0) {
        throw new IOException("the previous version is gone");
      }
      calls.add("install " + next.name() + " " + next.version() + " over " + before);
    }

    @Override
    public void remove(PackageFile installed) {
      calls.add("remove " + installed.name() + " " + installed.version());
    }

    @Override
    public void restored(List<PackageFile> installed) {
      if (!installed.isEmpty()) {
        calls.add("restored " + installed.stream().map(PackageFile::name).toList());
      }
    }
  }

  private ClientBuilder builder(String scheme, WebSocketPeer.Port at) {
    return OpampClient.builder(URI.create(scheme + "://127.0.0.1:" + at.number()))
        .instanceUid(UID)
        .backoff(Messages.QUICK)
        .listener(heard);
  }

  /** A client that is connected; the report it began with. */
  private AgentToServer connect(Packages packages) throws Exception {
    return start(builder("ws", port).packages(packages), port);
  }

  private AgentToServer start(ClientBuilder builder, WebSocketPeer.Port at) throws Exception {
    client = builder.build();
    client.start();
    peer = at.knock().accept();
    AgentToServer first = decoded(peer.read());
    peer.binary(framed(answer()));
    return first;
  }

  private void stopClient() throws Exception {
    if (client != null) {
      client.stop(Duration.ZERO);
      peer.close();
      assertThat(client.stop(Duration.ofSeconds(20))).isTrue();
      client = null;
    }
  }

  private void offer(String hash, Map<String, PackageAvailable> packages) throws Exception {
    peer.binary(
        framed(
            answer()
                .setPackagesAvailable(
                    PackagesAvailable.newBuilder()
                        .setAllPackagesHash(bytes(hash))
                        .putAllPackages(packages))));
  }

  private AgentToServer read() throws Exception {
    AgentToServer message = decoded(peer.read());
    peer.binary(framed(answer()));
    return message;
  }

  /** All statuses told until one is like this. */
  private List<PackageStatuses> until(Predicate<PackageStatuses> end) throws Exception {
    List<PackageStatuses> told = new ArrayList<>();
    do {
      AgentToServer message = read();
      if (message.hasPackageStatuses()) {
        told.add(message.getPackageStatuses());
      }
    } while (told.isEmpty() || !end.test(last(told)));
    return told;
  }

  private static PackageStatuses last(List<PackageStatuses> told) {
    return told.get(told.size() - 1);
  }

  private static Predicate<PackageStatuses> settled(String hash) {
    return statuses ->
        statuses.getServerProvidedAllPackagesHash().equals(bytes(hash))
            && statuses.getPackagesMap().values().stream()
                .allMatch(
                    status ->
                        status.getStatus() == PackageStatusEnum.PackageStatusEnum_Installed
                            || status.getStatus()
                                == PackageStatusEnum.PackageStatusEnum_InstallFailed);
  }

  private static String stage(PackageStatuses statuses, String name) {
    String stage = statuses.getPackagesOrThrow(name).getStatus().name();
    return stage.substring("PackageStatusEnum_".length());
  }

  private Path content(byte[] content) {
    return directory.resolve(ContentHash.of(ByteString.copyFrom(content)).toString());
  }

  private TreeSet<String> names() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    try (Stream<Path> list = Files.list(directory)) {
      list.forEach(file -> names.add(String.valueOf(file.getFileName())));
    }
    return names;
  }

  private static PackageAvailable available(String hash, URI url, byte[] content) {
    DownloadableFile.Builder file =
        DownloadableFile.newBuilder()
            .setDownloadUrl(url.toString())
            .setContentHash(ContentHash.of(ByteString.copyFrom(content)).bytes());
    file.getHeadersBuilder().addHeadersBuilder().setKey("Authorization").setValue("offered");
    return PackageAvailable.newBuilder()
        .setVersion("v" + hash)
        .setHash(bytes(hash))
        .setFile(file)
        .build();
  }

  private static PackageAvailable signed(PackageAvailable offered) {
    PackageAvailable.Builder signed = offered.toBuilder();
    signed.getFileBuilder().setSignature(bytes("signed"));
    return signed.build();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
