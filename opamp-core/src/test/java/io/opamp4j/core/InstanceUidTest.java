package io.opamp4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceUidTest {
  private static final String TEXT = "0190f5c2-7a3b-7c11-8d22-0123456789ab";
  private static final ByteString BYTES =
      ByteString.copyFrom(HexFormat.of().parseHex("0190f5c27a3b7c118d220123456789ab"));

  @Test
  void uid04GeneratedIdsAreVersion7AndCarryTheTime() {
    for (int seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      Instant now = Instant.ofEpochMilli(random.nextLong(1L << 47));

      InstanceUid uid = InstanceUid.generate(now, random);

      UUID uuid = UUID.fromString(uid.toString());
      assertThat(uuid.version()).as("seed %d", seed).isEqualTo(7);
      assertThat(uuid.variant()).as("seed %d", seed).isEqualTo(2);
      assertThat(uid.mostSignificant() >>> 16).as("seed %d", seed).isEqualTo(now.toEpochMilli());
    }
  }

  @Test
  void uid01TwoIdsOfTheSameMillisecondDiffer() {
    Random random = new Random(1);
    Instant now = Instant.parse("2026-01-01T00:00:00Z");

    assertThat(InstanceUid.generate(now, random)).isNotEqualTo(InstanceUid.generate(now, random));
  }

  @Test
  void laterIdsSortBehindEarlierOnes() {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    Random random = new Random(2);

    assertThat(InstanceUid.generate(now, random))
        .isLessThan(InstanceUid.generate(now.plusMillis(1), random));
  }

  @Test
  void orderIsThatOfUnsignedBytes() {
    InstanceUid low = new InstanceUid(1, 0x7FFF_FFFF_FFFF_FFFFL);
    InstanceUid high = new InstanceUid(1, 0x8000_0000_0000_0000L);
    InstanceUid highest = new InstanceUid(0xFF00_0000_0000_0000L, 0);

    assertThat(low).isLessThan(high);
    assertThat(high).isLessThan(highest);
    assertThat(low).isEqualByComparingTo(new InstanceUid(1, 0x7FFF_FFFF_FFFF_FFFFL));
  }

  @Test
  void textAndBytesAreTheSameId() {
    InstanceUid uid = InstanceUid.parse(TEXT);

    assertThat(uid.toBytes()).isEqualTo(BYTES);
    assertThat(InstanceUid.from(BYTES)).contains(uid);
    assertThat(uid).hasToString(TEXT);
    assertThat(InstanceUid.parse("0190F5C2-7A3B-7C11-8D22-0123456789AB")).isEqualTo(uid);
  }

  @Test
  void idsThatAreNoUuidAreTakenAsTheyAre() {
    ByteString zeros = ByteString.copyFrom(new byte[16]);

    assertThat(InstanceUid.from(zeros).orElseThrow().toBytes()).isEqualTo(zeros);
  }

  @Test
  void uid03AnyOtherLengthIsNoId() {
    assertThat(InstanceUid.from(ByteString.EMPTY)).isEmpty();
    assertThat(InstanceUid.from(BYTES.substring(1))).isEmpty();
    assertThat(InstanceUid.from(BYTES.concat(BYTES))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0190f5c27a3b7c118d220123456789ab",
        "0190f5c2-7a3b-7c11-8d22-0123456789a",
        "0190f5c2-7a3b-7c11-8d22-0123456789abc",
        "0190f5c2-7a3b-7c11-8d22-0123456789ag",
        "0190f5c27-a3b-7c11-8d22-0123456789ab",
        "0190f5c2-7a3b-7c118-d22-0123456789ab",
        "+190f5c2-7a3b-7c11-8d22-0123456789ab",
        "0190f5c2-7a3b-7c11-8d22-0123456789ａb",
        " 190f5c2-7a3b-7c11-8d22-0123456789ab"
      })
  void onlyTheCanonicalTextIsRead(String text) {
    assertThatThrownBy(() -> InstanceUid.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not an instance uid");
  }
}
