package io.opamp4j.client.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ProxyConnectionSettings;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where headers that were given for one place may be sent to. */
class HeadersMayFollowTest {

  @ParameterizedTest(name = "{0}, {1} -> {2}: {3}")
  @CsvSource({
    "wss://home:1/a, '',            wss://home:1/b,       true",
    "wss://home,     '',            wss://HOME:2,         true",
    "wss://home,     '',            https://home,         true",
    "ws://home,      '',            wss://home,           true",
    "wss://home,     '',            ws://home,            false",
    "https://home,   '',            http://home,          false",
    "wss://home,     '',            wss://away,           false",
    "wss://home,     '',            wss://home.away,      false",
    "wss://home,     wss://away,    wss://home,           false",
    "wss://home,     wss://away,    '',                   false",
    "wss://home,     wss://away,    wss://away:9,         true",
    "wss://home,     '',            '',                   true",
    "wss://[::1]:1,  '',            wss://[::1]:2,        true",
    "wss://home,     '',            wss://home@away,      false",
    "wss://home,     '',            'ftp://home',         false",
    "wss://home,     '',            'wss://ho me',        false"
  })
  void e35HeadersFollowToTheSameHostAndNotOutOfTls(
      String own, String from, String to, boolean follow) {
    Target target =
        new Target(
            URI.create(own),
            Map::of,
            Security.PLATFORM,
            ProxyConnectionSettings.getDefaultInstance());
    TransportSettings settings =
        new TransportSettings(
            target, Duration.ofSeconds(1), 1024, 1024, false, InstantSource.system());
    assertThat(settings.headersMayFollow(endpoint(from), endpoint(to))).isEqualTo(follow);
  }

  private static OpAMPConnectionSettings endpoint(String endpoint) {
    return OpAMPConnectionSettings.newBuilder().setDestinationEndpoint(endpoint).build();
  }
}
