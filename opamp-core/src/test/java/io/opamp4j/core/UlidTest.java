package io.opamp4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** E-09: the text form of ids from before version 0.10.0 of the specification. */
class UlidTest {
  private static final String LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  @ParameterizedTest
  @CsvSource({
    "00000000000000000000000000, 00000000-0000-0000-0000-000000000000",
    "00000000000000000000000001, 00000000-0000-0000-0000-000000000001",
    "0000000000000000000000000Z, 00000000-0000-0000-0000-00000000001f",
    "00000000000000000000000010, 00000000-0000-0000-0000-000000000020",
    "7ZZZZZZZZZZZZZZZZZZZZZZZZZ, ffffffff-ffff-ffff-ffff-ffffffffffff",
    "7zzzzzzzzzzzzzzzzzzzzzzzzz, ffffffff-ffff-ffff-ffff-ffffffffffff",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV, 01563e3a-b5d3-d676-4c61-efb99302bd5b",
    "01arz3ndektsv4rrffq69g5fav, 01563e3a-b5d3-d676-4c61-efb99302bd5b",
    "01Arz3NDEKTSV4rRFFQ69G5FaV, 01563e3a-b5d3-d676-4c61-efb99302bd5b",
  })
  void readsTextInEitherCase(String text, String uid) {
    assertThat(Ulid.parse(ByteString.copyFromUtf8(text))).contains(InstanceUid.parse(uid));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "01ARZ3NDEKTSV4RRFFQ69G5FA",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV0",
        "80000000000000000000000000",
        "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "z1ARZ3NDEKTSV4RRFFQ69G5FAV",
        "I1ARZ3NDEKTSV4RRFFQ69G5FAV",
        "01ARZ3NDEKTSV4RRFFQ69G5FAI",
        "01ARZ3NDEKTSV4RRFFQ69G5FAL",
        "01ARZ3NDEKTSV4RRFFQ69G5FAO",
        "01ARZ3NDEKTSV4RRFFQ69G5FAU",
        "01ARZ3NDEKTSV4RRFFQ69G5FAi",
        "01ARZ3NDEKTSV4RRFFQ69G5FAu",
        "01ARZ3NDEKTSV4RRFFQ69G5FA-",
        "01ARZ3NDEKTSV4RRFFQ69G5FA ",
        " 1ARZ3NDEKTSV4RRFFQ69G5FAV",
        "-1ARZ3NDEKTSV4RRFFQ69G5FAV",
        "01ARZ3NDEKTSV4RRFFQ69G5F\u00e9",
        "01ARZ3NDEKTSV4RRFFQ69G5FA{",
        "01ARZ3NDEKTSV4RRFFQ69G5FA`",
      })
  void refusesAnythingElse(String text) {
    assertThat(Ulid.parse(ByteString.copyFromUtf8(text))).isEmpty();
  }

  @Test
  void refusesBytesThatAreNoText() {
    byte[] bytes = new byte[Ulid.LENGTH];
    assertThat(Ulid.parse(ByteString.copyFrom(bytes))).isEmpty();
    Arrays.fill(bytes, (byte) 0xFF);
    assertThat(Ulid.parse(ByteString.copyFrom(bytes))).isEmpty();
  }

  @Test
  void everyIdHasItsText() {
    Random random = new Random(9);
    for (int i = 0; i < 10_000; i++) {
      InstanceUid uid = new InstanceUid(random.nextLong(), random.nextLong());
      BigInteger number = new BigInteger(1, uid.toBytes().toByteArray());
      StringBuilder text = new StringBuilder();
      for (int shift = 125; shift >= 0; shift -= 5) {
        text.append(LETTERS.charAt(number.shiftRight(shift).intValue() & 31));
      }

      assertThat(Ulid.parse(ByteString.copyFromUtf8(text.toString()))).contains(uid);
      assertThat(Ulid.parse(ByteString.copyFromUtf8(text.toString().toLowerCase(Locale.ROOT))))
          .contains(uid);
    }
  }
}
