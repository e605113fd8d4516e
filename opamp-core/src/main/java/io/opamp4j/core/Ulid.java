package io.opamp4j.core;

import com.google.protobuf.ByteString;
import java.util.Optional;

/**
 * The text in which agents older than version 0.10.0 of the specification write their id: 16 bytes
 * as 26 characters of Crockford's base32 (E-09).
 */
public final class Ulid {
  /** The length of the text, in characters and in bytes. */
  public static final int LENGTH = 26;

  private static final String LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  private Ulid() {}

  /**
   * Reads the text, in upper or lower case. Letters that the alphabet leaves out because they look
   * like digits are not taken for those digits: an id has one spelling.
   *
   * @return empty if it is anything else, or stands for more than 16 bytes
   */
  public static Optional<InstanceUid> parse(ByteString text) {
    if (text.size() != LENGTH || text.byteAt(0) > '7') {
      return Optional.empty();
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < LENGTH; i++) {
      int value = LETTERS.indexOf(upper(text.byteAt(i)));
      if (value < 0) {
        return Optional.empty();
      }
      high = high << 5 | low >>> 59;
      low = low << 5 | value;
    }
    return Optional.of(new InstanceUid(high, low));
  }

  private static int upper(byte letter) {
    return letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter;
  }
}
