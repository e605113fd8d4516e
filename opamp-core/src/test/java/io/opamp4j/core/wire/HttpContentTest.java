package io.opamp4j.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.wire.HttpContent.Encoding;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpContentTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/x-protobuf                  | true",
        "Application/X-Protobuf                  | true",
        "'  application/x-protobuf '             | true",
        "application/x-protobuf; charset=utf-8   | true",
        "application/x-protobuf ;q=1             | true",
        "application/protobuf                    | false",
        "application/x-protobuffer               | false",
        "text/plain; application/x-protobuf      | false",
        "''                                      | false",
        "                                        | false",
      })
  void e10TheMediaTypeCountsAndNothingElse(String contentType, boolean protobuf) {
    assertThat(HttpContent.isProtobuf(contentType)).isEqualTo(protobuf);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "                 | IDENTITY",
        "''               | IDENTITY",
        "identity         | IDENTITY",
        "Identity         | IDENTITY",
        "gzip             | GZIP",
        "GZIP             | GZIP",
        "x-gzip           | GZIP",
        "X-GZip           | GZIP",
        "' gzip '         | GZIP",
        "identity, gzip   | GZIP",
        "'gzip,'          | GZIP",
      })
  void e13KnownEncodingsAreRead(String header, Encoding encoding) {
    assertThat(HttpContent.encoding(header)).contains(encoding);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"br", "deflate", "gzip, br", "br, gzip", "gzip, gzip", "zip", "gzip gzip", "*"})
  void e13OtherEncodingsAreNotSupported(String header) {
    assertThat(HttpContent.encoding(header)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip                          | true",
        "GZIP                          | true",
        "x-gzip                        | true",
        "gzip;q=1                      | true",
        "gzip; Q=0.001                 | true",
        "deflate, gzip ;q=0.5          | true",
        "*                             | true",
        "*;q=0.1                       | true",
        "br;q=1, *;q=0.5               | true",
        "gzip, *;q=0                   | true",
        "''                            | false",
        "identity                      | false",
        "br                            | false",
        "gzip;q=0                      | false",
        "gzip;q=0.                     | false",
        "gzip;q=0.000                  | false",
        "*;q=0                         | false",
        "gzip;q=0, *                   | false",
        "*, gzip;q=0                   | false",
        "gzip;q=2                      | false",
        "gzip;q=-1                     | false",
        "gzip;q=yes                    | false",
        "gzip;q=                       | false",
        "gzip;q=0.1234                 | false",
        "gzip;q=bad, *                 | false",
        "gzipped                       | false",
      })
  void e52AcceptEncodingIsWeighed(String header, boolean accepts) {
    assertThat(HttpContent.acceptsGzip(List.of(header))).isEqualTo(accepts);
  }

  @Test
  void e52SeveralHeadersCountAsOne() {
    assertThat(HttpContent.acceptsGzip(List.of("br", "gzip"))).isTrue();
    assertThat(HttpContent.acceptsGzip(List.of("*", "gzip;q=0"))).isFalse();
    assertThat(HttpContent.acceptsGzip(List.of())).isFalse();
  }
}
