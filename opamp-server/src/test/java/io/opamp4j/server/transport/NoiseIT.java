package io.opamp4j.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.PooledByteBufAllocator;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.OpampServer;
import io.opamp4j.server.ServerConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Thousands of broken frames and bodies against a whole server, while two agents behave well. Other
 * noise with {@code -Dfuzz.seed=}, more of it with {@code -Dfuzz.cases=}.
 */
@ExtendWith(LeakCheck.class)
class NoiseIT {
  private static final long SEED = Long.getLong("fuzz.seed", 20_261_122L);
  private static final int CASES = Integer.getInteger("fuzz.cases", 10_000);
  private static final int PEERS = 4;
  private static final int LIMIT = 64 * 1024;

  /** Noise comes on thousands of connections. */
  private static final ServerConfig.Admission EVERYBODY =
      new ServerConfig.Admission(100_000, 1_000_000, Duration.ofSeconds(30));

  private static final int REST_THREADS = TransportSettings.DEFAULT.restThreads();

  /** The two that behave speak once for so many shots of noise. */
  private static final int TURN = 40;

  /** What agents that noise invented may leave in memory: a few KB for each of some thousand. */
  private static final long HEAP_MARGIN = 24L * 1024 * 1024;

  private static final String CONNECTED_AGENTS =
      "/api/v1/agents?limit=1000"
          + Stream.of("Connected", "Error", "Configuring", "Upgrading", "Incompatible", "Pending")
              .map(state -> "&state=" + state)
              .collect(Collectors.joining());

  private final HttpClient client = HttpClient.newHttpClient();
  private OpampServer server;

  @BeforeEach
  void start() {
    server =
        OpampServer.start(
            new ServerConfig(
                new ServerConfig.Server("127.0.0.1", 0, ServerConfig.Server.DEFAULT.drainTimeout()),
                ServerConfig.Agents.DEFAULT
                    .with(new ServerConfig.Limits(LIMIT, LIMIT, 256 * LIMIT))
                    .with(EVERYBODY),
                new ServerConfig.Storage("memory", Map.of())));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void brokenInputDisturbsNobodyAndLeavesNothingBehind() throws Exception {
    try (LogCapture log = new LogCapture();
        WellBehaved overWebSocket = new WellBehaved(1, server.port());
        WellBehaved overHttp = new WellBehaved(2, server.port())) {
      overWebSocket.exchangeOverWebSocket();
      overHttp.exchangeOverHttp();
      // Every thread that comes with work is there after this.
      noise(SEED - 1, Math.min(CASES, 1_000), overWebSocket, overHttp);
      for (int request = 0; request < REST_THREADS; request++) {
        agent(overHttp.uid);
      }
      String first = agent(overWebSocket.uid);
      String second = agent(overHttp.uid);
      long threads = serverThreads();
      long heap = heapAfterGc();
      long direct = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();

      noise(SEED, CASES, overWebSocket, overHttp);

      assertThat(stateSince(agent(overWebSocket.uid))).isEqualTo(stateSince(first));
      assertThat(stateSince(agent(overHttp.uid))).isEqualTo(stateSince(second));
      assertThat(log.surprises()).isEmpty();
      assertThat(overWebSocket.exchanges).isGreaterThan(CASES / TURN / 2);
      assertThat(overHttp.exchanges).isGreaterThan(CASES / TURN / 2);
      overWebSocket.exchangeOverWebSocket();
      overHttp.exchangeOverHttp();
      onlyTheWellBehavedIsLeftOnAWebSocket(overWebSocket.uid);
      assertThat(serverThreads()).isLessThanOrEqualTo(threads);
      assertThat(heapAfterGc()).isLessThan(heap + HEAP_MARGIN);
      assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory())
          .isLessThanOrEqualTo(direct);
    }
  }

  /** Several peers at once; the two that behave keep getting their answers meanwhile. */
  private void noise(long seed, int cases, WellBehaved overWebSocket, WellBehaved overHttp)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(PEERS + 2);
    AtomicBoolean over = new AtomicBoolean();
    Semaphore turns = new Semaphore(0);
    try {
      List<Future<?>> peers = new ArrayList<>();
      for (int peer = 0; peer < PEERS; peer++) {
        long own = seed * PEERS + peer;
        peers.add(threads.submit(() -> noise(own, cases / PEERS, turns)));
      }
      Future<?> first = threads.submit(() -> overWebSocket.behave(over, turns, true));
      Future<?> second = threads.submit(() -> overHttp.behave(over, turns, false));
      try {
        for (Future<?> peer : peers) {
          peer.get(2, TimeUnit.MINUTES);
        }
      } finally {
        over.set(true);
        turns.release(2);
      }
      first.get(1, TimeUnit.MINUTES);
      second.get(1, TimeUnit.MINUTES);
    } catch (ExecutionException e) {
      throw new AssertionError("noise of -Dfuzz.seed=" + SEED, e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private Void noise(long seed, int cases, Semaphore turns) throws IOException {
    try (NoisyPeer peer = new NoisyPeer(server.port(), seed)) {
      for (int shot = 0; shot < cases; shot++) {
        try {
          peer.shoot();
          if (shot % TURN == 0) {
            turns.release(2);
          }
        } catch (IOException | RuntimeException | AssertionError e) {
          throw new AssertionError("shot " + shot + " of the peer with seed " + seed, e);
        }
      }
    }
    return null;
  }

  /** The end of a connection takes a moment to reach its agents. */
  private void onlyTheWellBehavedIsLeftOnAWebSocket(String uid) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    String agents = get(CONNECTED_AGENTS);
    while (onWebSockets(agents) > 1 && System.nanoTime() - deadline < 0) {
      agents = get(CONNECTED_AGENTS);
    }
    assertThat(agents).doesNotContain("nextCursor");
    assertThat(onWebSockets(agents)).isEqualTo(1);
    assertThat(agent(uid)).contains("\"state\":\"Connected\"").contains("websocket");
  }

  private static int onWebSockets(String agents) {
    return agents.split("\"transport\":\"websocket\"", -1).length - 1;
  }

  private static String stateSince(String agent) {
    assertThat(agent).contains("\"state\":\"Connected\"");
    return agent.replaceAll("(?s).*\"stateSince\":\"([^\"]*)\".*", "$1");
  }

  private String agent(String uid) throws IOException, InterruptedException {
    return get("/api/v1/agents/" + uid);
  }

  private String get(String path) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  private static long serverThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("opamp"))
        .count();
  }

  private static long heapAfterGc() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** An agent that does all as it should, and wants an answer to each of its messages. */
  private static final class WellBehaved implements AutoCloseable {
    private final int number;
    private final String uid;
    private final int port;
    private final RawPeer peer;
    private boolean open;
    private int exchanges;

    WellBehaved(int number, int port) throws IOException {
      this.number = number;
      this.port = port;
      this.uid = "ffffffff-0000-7000-8000-00000000000" + number;
      this.peer = new RawPeer(port);
    }

    Void behave(AtomicBoolean over, Semaphore turns, boolean webSocket)
        throws IOException, InterruptedException {
      while (!over.get()) {
        turns.acquire();
        if (webSocket) {
          exchangeOverWebSocket();
        } else {
          exchangeOverHttp();
        }
      }
      return null;
    }

    void exchangeOverWebSocket() throws IOException {
      if (!open) {
        peer.send(RawPeer.handshake("/v1/opamp", ""));
        assertThat(peer.response().status()).isEqualTo(101);
        open = true;
      }
      peer.send(WsBytes.binary(WsBytes.concat(new byte[1], heartbeat().toByteArray())));
      RawPeer.Frame frame = peer.frame();
      while (frame.opcode() == WsBytes.PING) {
        peer.send(WsBytes.frame(true, WsBytes.PONG, frame.payload()));
        frame = peer.frame();
      }
      byte[] payload = frame.payload();
      assertAnswer(ServerToAgent.parser().parseFrom(payload, 1, payload.length - 1));
    }

    void exchangeOverHttp() throws IOException {
      byte[] body = heartbeat().toByteArray();
      peer.send(
          "POST /v1/opamp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
              + "Content-Length: "
              + body.length
              + "\r\n\r\n");
      peer.send(body);
      RawPeer.Response response = peer.response();
      assertThat(response.status()).isEqualTo(200);
      assertAnswer(ServerToAgent.parseFrom(response.body()));
    }

    private AgentToServer heartbeat() {
      return AgentToServer.newBuilder()
          .setInstanceUid(ByteString.fromHex(uid.replace("-", "")))
          .setSequenceNum(exchanges++)
          .setCapabilities(
              AgentCapabilities.AgentCapabilities_ReportsStatus_VALUE
                  | AgentCapabilities.AgentCapabilities_ReportsHeartbeat_VALUE)
          .build();
    }

    private void assertAnswer(ServerToAgent answer) {
      assertThat(answer.getInstanceUid())
          .as("agent %d on port %d", number, port)
          .isEqualTo(ByteString.fromHex(uid.replace("-", "")));
      assertThat(answer.hasErrorResponse()).as("%s", answer).isFalse();
    }

    @Override
    public void close() throws IOException {
      peer.close();
    }
  }
}
