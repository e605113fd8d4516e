package io.opamp4j.client.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a download may go, and as whom (E-35, SEC-05). */
class DownloadUrlsTest {

  @ParameterizedTest
  @CsvSource({
    "https://a/x, /y,               https://a/y",
    "https://a/x, https://b/y,      https://b/y",
    "http://a/x,  https://a/y,      https://a/y",
    "http://a/x,  //b/y,            http://b/y",
    "HTTPS://a/x, HTTPS://b/y,      HTTPS://b/y"
  })
  void e35ARedirectIsFollowed(URI from, String location, URI to) throws Exception {
    assertThat(DownloadUrls.next(from, Optional.of(location))).isEqualTo(to);
  }

  @ParameterizedTest
  @CsvSource({"https://a/x, http://a/y", "HTTPS://a/x, HTTP://a/y", "https://a/x, http://b:443/y"})
  void e35ARedirectNeverLeavesTls(URI from, String location) {
    assertThatThrownBy(() -> DownloadUrls.next(from, Optional.of(location)))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("https to http");
  }

  @Test
  void e35ARedirectWithoutAPlaceIsRefused() {
    assertThatThrownBy(() -> DownloadUrls.next(URI.create("http://a/x"), Optional.empty()))
        .isInstanceOf(DownloadException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "https://a/x,     https://A:443/y, true",
    "http://a:80/x,   HTTP://a/y,      true",
    "https://a/x,     https://a:444/y, false",
    "https://a/x,     http://a/y,      false",
    "https://a/x,     https://a.b/y,   false",
    "http://[::1]/x,  http://[::1]/y,  true",
    "http://a:443/x,  https://a/x,     false"
  })
  void e35CredentialsAreForOneOriginOnly(URI one, URI other, boolean same) {
    assertThat(DownloadUrls.sameOrigin(one, other)).isEqualTo(same);
    assertThat(DownloadUrls.sameOrigin(other, one)).isEqualTo(same);
  }
}
