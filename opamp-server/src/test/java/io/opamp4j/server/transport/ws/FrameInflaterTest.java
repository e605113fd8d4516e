package io.opamp4j.server.transport.ws;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.opamp4j.server.transport.LeakCheck;
import io.opamp4j.server.transport.WsBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed messages on their way in, behind the frame guard as in the server. */
@ExtendWith(LeakCheck.class)
class FrameInflaterTest {
  private static final int LIMIT = 200_000;
  private static final int COMPRESSED_BINARY = WsBytes.COMPRESSED | WsBytes.BINARY;

  private final Zips zips = new Zips(2);

  @AfterEach
  void nothingIsHeldAfterTheEnd() {
    assertThat(zips.inUse()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "7.2.3.1 one block, f248cdc9c90700",
    "7.2.3.3 a block without compression, 000500faff48656c6c6f00",
    "7.2.3.4 a final block, f348cdc9c9070000",
    "7.2.3.5 two blocks, f248050000 00ffffcac9c90700",
    "a final block and nothing behind it, f348cdc9c90700",
  })
  void readsTheExamplesOfTheRfc(String what, String hex) {
    byte[] data = HexFormat.of().parseHex(hex.replace(" ", ""));

    byte[] whole = WsBytes.frame(true, WsBytes.COMPRESSED | WsBytes.TEXT, data);
    byte[] half =
        WsBytes.concat(
            WsBytes.frame(false, WsBytes.COMPRESSED | WsBytes.TEXT, Arrays.copyOf(data, 3)),
            WsBytes.frame(true, WsBytes.PING, new byte[] {1}),
            WsBytes.frame(true, WsBytes.CONTINUATION, Arrays.copyOfRange(data, 3, data.length)));

    assertThat(feed(LIMIT, whole).frames()).as(what).containsExactly("810548656c6c6f");
    assertThat(feed(LIMIT, half).frames()).as(what).containsExactly("890101", "810548656c6c6f");
    assertThat(feed(LIMIT, bytewise(half)).frames())
        .as(what)
        .containsExactly("890101", "810548656c6c6f");
  }

  @Test
  void readsOnBehindAFinalBlock() {
    byte[] data = HexFormat.of().parseHex("f348cdc9c90700f248cdc9c90700");
    byte[] frame = WsBytes.frame(true, COMPRESSED_BINARY, data);

    assertThat(feed(LIMIT, frame).frames()).containsExactly("820a48656c6c6f48656c6c6f");
  }

  /** Section 7.2.3.6: one byte stands for the empty message. */
  @Test
  void readsTheEmptyMessage() {
    byte[] empty = WsBytes.frame(true, COMPRESSED_BINARY, new byte[1]);

    assertThat(feed(LIMIT, empty).frames()).containsExactly("8200");
  }

  @Test
  void leavesPlainMessagesAsTheyAre() {
    byte[] plain = WsBytes.binary(new byte[] {1, 2});

    assertThat(feed(LIMIT, plain, WsBytes.compressed(new byte[] {3}), plain).frames())
        .containsExactly("82020102", "820103", "82020102");
  }

  @Test
  void theSameMessagesComeOutHoweverTheyAreCut() {
    int[] sizes = {0, 1, 125, 126, 4091, 4092, 4093, 8184, 70_001, LIMIT};
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      List<String> expected = new ArrayList<>();
      List<byte[]> frames = new ArrayList<>();
      for (int message = 0; message < 4; message++) {
        byte[] plain = new byte[sizes[random.nextInt(sizes.length)]];
        // Half noise, half zeros: some of it can be compressed.
        byte[] noise = new byte[plain.length / 2];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, plain, 0, noise.length);
        expected.add("2:" + HexFormat.of().formatHex(plain));
        boolean packed = random.nextBoolean();
        byte[] data = packed ? WsBytes.deflated(plain) : plain;
        int cut = random.nextInt(data.length + 1);
        frames.add(
            WsBytes.frame(
                false, packed ? COMPRESSED_BINARY : WsBytes.BINARY, Arrays.copyOf(data, cut)));
        frames.add(
            WsBytes.frame(true, WsBytes.CONTINUATION, Arrays.copyOfRange(data, cut, data.length)));
      }
      byte[] stream = WsBytes.concat(frames.toArray(byte[][]::new));
      int step = 1 + random.nextInt(5000);
      List<byte[]> pieces = new ArrayList<>();
      for (int from = 0; from < stream.length; from += step) {
        pieces.add(Arrays.copyOfRange(stream, from, Math.min(stream.length, from + step)));
      }

      // Noise that deflate cannot shrink may take a few more bytes on the wire than the limit.
      Outcome outcome =
          Outcome.of(
              pieces.toArray(byte[][]::new),
              new FrameGuard(2 * LIMIT, true),
              new FrameInflater(LIMIT, zips));

      assertThat(outcome.violations()).as("seed %d", seed).isEmpty();
      assertThat(outcome.messages()).as("seed %d", seed).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1})
  void theLimitHoldsForTheInflatedMessage_LIM_04_E_14(int above) {
    byte[] frame = WsBytes.compressed(new byte[LIMIT + above]);
    assertThat(frame.length).isLessThan(1000);

    Outcome outcome = feed(LIMIT, frame);

    if (above <= 0) {
      assertThat(outcome.messages()).containsExactly("2:" + "00".repeat(LIMIT + above));
    } else {
      assertThat(outcome.violations()).containsExactly(1009);
    }
  }

  /** Empty blocks: five bytes each on the wire, none inflated. */
  @Test
  void anEndlessMessageThatInflatesToNothingIsCutOff_E_14() {
    byte[] emptyBlocks = HexFormat.of().parseHex("000000ffff".repeat(400));
    byte[][] frames = new byte[LIMIT / emptyBlocks.length + 1][];
    Arrays.fill(frames, WsBytes.frame(false, WsBytes.CONTINUATION, emptyBlocks));
    frames[0] = WsBytes.frame(false, COMPRESSED_BINARY, emptyBlocks);

    assertThat(feed(LIMIT, Arrays.copyOf(frames, frames.length - 1)).violations()).isEmpty();
    assertThat(feed(LIMIT, frames).violations()).containsExactly(1009);
  }

  @Test
  void aBombIsCutOffAtTheLimitAndHoldsOneFrameAtATime_LIM_04_E_14() {
    int limit = 8 * 1024 * 1024;
    byte[] bomb = WsBytes.compressed(new byte[64 * 1024 * 1024]);
    assertThat(bomb.length).isLessThan(70_000);
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    Sink sink = new Sink(allocator);
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(allocator);
    channel.pipeline().addLast(new FrameGuard(limit, true), new FrameInflater(limit, zips), sink);

    channel.writeInbound(Unpooled.wrappedBuffer(bomb));
    channel.finishAndReleaseAll();

    assertThat(sink.violations).containsExactly(1009);
    assertThat(sink.payload).isBetween(limit - 2L * FrameGuard.MAX_FRAME, (long) limit);
    assertThat(sink.mostHeld).isLessThanOrEqualTo(3L * FrameGuard.MAX_FRAME);
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "a block type that does not exist, 07",
    "stored block whose lengths disagree, 0005000000",
    "distance before the beginning, c2260600",
    "no data at all, ''",
    "cut short inside a block, f248",
    "cut short inside a stored block, 000500faff4865",
    "garbage behind a final block, f348cdc9c90700ffff",
  })
  void closesWith1007WhenTheDataIsBroken(String what, String hex) {
    byte[] frame = WsBytes.frame(true, COMPRESSED_BINARY, HexFormat.of().parseHex(hex));

    Outcome outcome = feed(LIMIT, WsBytes.compressed(new byte[1]), frame, frame);

    assertThat(outcome.violations()).as(what).containsExactly(1007);
    assertThat(outcome.frames()).as(what).containsExactly("820100");
  }

  @Test
  void everyDamagedMessageIsReadOrRefusedAndNothingElse() {
    byte[] plain = "receivers: [otlp]\n".repeat(500).getBytes(StandardCharsets.UTF_8);
    byte[] packed = WsBytes.deflated(plain);
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      byte[] damaged = Arrays.copyOf(packed, 1 + random.nextInt(packed.length));
      for (int i = random.nextInt(4); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }

      Outcome outcome = feed(10_000, WsBytes.frame(true, COMPRESSED_BINARY, damaged));

      assertThat(outcome.messages().size() + outcome.violations().size())
          .as("seed %d", seed)
          .isEqualTo(1);
      assertThat(zips.inUse()).as("seed %d", seed).isZero();
    }
  }

  @Test
  void anIdleConnectionHoldsNothingAndABusyOneItsInflaterUntilTheEnd() {
    EmbeddedChannel busy = connection();
    byte[] data = WsBytes.deflated(new byte[10_000]);
    busy.writeInbound(Unpooled.wrappedBuffer(WsBytes.frame(false, COMPRESSED_BINARY, data)));
    assertThat(zips.inUse()).isEqualTo(1);

    busy.writeInbound(
        Unpooled.wrappedBuffer(WsBytes.frame(true, WsBytes.CONTINUATION, new byte[0])));
    assertThat(zips.inUse()).isZero();

    busy.writeInbound(Unpooled.wrappedBuffer(WsBytes.frame(false, COMPRESSED_BINARY, data)));
    busy.writeInbound(Unpooled.wrappedBuffer(WsBytes.close(1000)));
    assertThat(zips.inUse()).as("after a Close frame inside the message").isZero();
    busy.finishAndReleaseAll();

    EmbeddedChannel lost = connection();
    lost.writeInbound(Unpooled.wrappedBuffer(WsBytes.frame(false, COMPRESSED_BINARY, data)));
    assertThat(zips.inUse()).isEqualTo(1);
    lost.finishAndReleaseAll();
    assertThat(zips.inUse()).as("after the connection was lost").isZero();
  }

  @Test
  void refusesOneCompressedMessageTooMany() {
    byte[] begun = WsBytes.frame(false, COMPRESSED_BINARY, WsBytes.deflated(new byte[100]));
    EmbeddedChannel first = connection();
    EmbeddedChannel second = connection();
    first.writeInbound(Unpooled.wrappedBuffer(begun));
    second.writeInbound(Unpooled.wrappedBuffer(begun));

    assertThat(feed(LIMIT, WsBytes.compressed(new byte[1])).violations()).containsExactly(1013);

    first.finishAndReleaseAll();
    assertThat(feed(LIMIT, WsBytes.compressed(new byte[1])).violations()).isEmpty();
    second.finishAndReleaseAll();
  }

  /** What one message leaves in the window may not be seen by the next, of whatever connection. */
  @Test
  void noMessageSeesTheWindowOfAnother() {
    Deflater takeover = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    byte[] secret = "secret-key-0123456789".getBytes(StandardCharsets.UTF_8);
    byte[] first = flushed(takeover, secret);
    byte[] second = flushed(takeover, secret);
    assertThat(second.length).as("it points back into the first").isLessThan(first.length);

    Outcome outcome =
        feed(
            LIMIT,
            WsBytes.frame(true, COMPRESSED_BINARY, first),
            WsBytes.frame(true, COMPRESSED_BINARY, second));

    assertThat(outcome.messages()).containsExactly("2:" + HexFormat.of().formatHex(secret));
    assertThat(outcome.violations()).containsExactly(1007);
  }

  private static byte[] flushed(Deflater deflater, byte[] plain) {
    deflater.setInput(plain);
    byte[] packed = new byte[1000];
    int length = deflater.deflate(packed, 0, packed.length, Deflater.SYNC_FLUSH);
    return Arrays.copyOf(packed, length - 4);
  }

  private EmbeddedChannel connection() {
    return new EmbeddedChannel(new FrameGuard(LIMIT, true), new FrameInflater(LIMIT, zips));
  }

  private Outcome feed(int limit, byte[]... pieces) {
    return Outcome.of(pieces, new FrameGuard(limit, true), new FrameInflater(limit, zips));
  }

  private static byte[][] bytewise(byte[] stream) {
    byte[][] pieces = new byte[stream.length][];
    for (int i = 0; i < stream.length; i++) {
      pieces[i] = new byte[] {stream[i]};
    }
    return pieces;
  }

  /** Lets go of every frame at once and counts. */
  private static final class Sink extends ChannelInboundHandlerAdapter {
    private final UnpooledByteBufAllocator allocator;
    private final List<Integer> violations = new ArrayList<>();
    private long payload;
    private long mostHeld;

    Sink(UnpooledByteBufAllocator allocator) {
      this.allocator = allocator;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      mostHeld = Math.max(mostHeld, allocator.metric().usedHeapMemory());
      ByteBuf frame = (ByteBuf) message;
      payload += frame.readableBytes() - (frame.readableBytes() < 128 ? 2 : 4);
      frame.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      violations.add(((ProtocolViolation) event).closeCode());
    }
  }
}
