package io.opamp4j.core.wire;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the HTTP headers of the plain HTTP transport say about a body. */
public final class HttpContent {
  /** The media type of every message (HTTP-10). */
  public static final String PROTOBUF = "application/x-protobuf";

  /** The value of {@code Accept-Encoding} in a 415 answer (E-13). */
  public static final String ACCEPTED_ENCODINGS = "gzip, identity";

  private static final Pattern QUALITY = Pattern.compile("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?");
  private static final Pattern ZERO = Pattern.compile("0(\\.0*)?");

  private HttpContent() {}

  /** How a body is packed. */
  public enum Encoding {
    /** Not packed. */
    IDENTITY,
    /** As gzip. */
    GZIP
  }

  /**
   * Whether a request with this {@code Content-Type} is for the plain HTTP transport (TRN-06). The
   * media type counts, in any case; parameters do not (E-10).
   *
   * @param contentType the header, or null if there is none
   */
  public static boolean isProtobuf(@Nullable String contentType) {
    return contentType != null && token(contentType).equals(PROTOBUF);
  }

  /**
   * Reads {@code Content-Encoding} (HTTP-12, HTTP-13, E-13).
   *
   * @param contentEncoding the header, or null if there is none; several are joined with commas
   * @return empty if the body cannot be unpacked, to be answered with 415
   */
  public static Optional<Encoding> encoding(@Nullable String contentEncoding) {
    Encoding result = Encoding.IDENTITY;
    if (contentEncoding == null) {
      return Optional.of(result);
    }
    for (String part : contentEncoding.split(",", -1)) {
      String coding = token(part);
      if (isGzip(coding) && result == Encoding.IDENTITY) {
        result = Encoding.GZIP;
      } else if (!coding.isEmpty() && !coding.equals("identity")) {
        return Optional.empty();
      }
    }
    return Optional.of(result);
  }

  /**
   * Whether an answer may be gzipped (HTTP-15). What is said of gzip itself counts more than what
   * is said of {@code *}; a quality of 0, or one that is not a quality, refuses (E-52).
   *
   * @param acceptEncodingValues every {@code Accept-Encoding} header of the request
   */
  public static boolean acceptsGzip(List<String> acceptEncodingValues) {
    boolean gzipNamed = false;
    boolean gzipAccepted = true;
    boolean anyAccepted = false;
    for (String part : String.join(",", acceptEncodingValues).split(",", -1)) {
      String coding = token(part);
      if (isGzip(coding)) {
        gzipNamed = true;
        gzipAccepted &= hasQuality(part);
      } else if (coding.equals("*")) {
        anyAccepted = hasQuality(part);
      }
    }
    return gzipNamed ? gzipAccepted : anyAccepted;
  }

  private static boolean isGzip(String coding) {
    return coding.equals("gzip") || coding.equals("x-gzip");
  }

  /** What stands before the parameters, in lower case. */
  private static String token(String value) {
    int parameters = value.indexOf(';');
    String token = parameters < 0 ? value : value.substring(0, parameters);
    return token.strip().toLowerCase(Locale.ROOT);
  }

  private static boolean hasQuality(String element) {
    String[] parts = element.split(";", -1);
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().toLowerCase(Locale.ROOT);
      if (parameter.startsWith("q=")) {
        String quality = parameter.substring(2).strip();
        if (!QUALITY.matcher(quality).matches() || ZERO.matcher(quality).matches()) {
          return false;
        }
      }
    }
    return true;
  }
}
