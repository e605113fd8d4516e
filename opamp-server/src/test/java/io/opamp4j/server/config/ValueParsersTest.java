package io.opamp4j.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueParsersTest {
  private static final ValueParser<Duration> DURATION =
      ValueParsers.duration(Duration.ofMillis(100), Duration.ofDays(10));
  private static final ValueParser<Integer> SIZE = ValueParsers.size(1024, 1 << 30);

  @ParameterizedTest
  @CsvSource({
    "100ms, 100",
    "30s, 30000",
    "5m, 300000",
    "1h, 3600000",
    "10d, 864000000",
    "864000000ms, 864000000"
  })
  void readsDurations(String text, long millis) throws InvalidValueException {
    assertThat(DURATION.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "30",
        "s",
        "30 s",
        " 30s",
        "30S",
        "030s",
        "-30s",
        "+30s",
        "1.5s",
        "30sec",
        "PT30S",
        "٣s",
        "99ms",
        "0s",
        "11d",
        "864000001ms",
        "999999999999d",
        "99999999999999999999s",
        "30s\n"
      })
  void refusesOtherDurations(String text) {
    assertThatThrownBy(() -> DURATION.parse(text)).isInstanceOf(InvalidValueException.class);
  }

  @Test
  void aDurationCanBeSwitchedOff() throws InvalidValueException {
    ValueParser<Optional<Duration>> parser =
        ValueParsers.durationOrOff(Duration.ofSeconds(1), Duration.ofSeconds(9));
    assertThat(parser.parse("off")).isEmpty();
    assertThat(parser.parse("2s")).contains(Duration.ofSeconds(2));
    assertThatThrownBy(() -> parser.parse("OFF")).hasMessageEndingWith("; or off");
  }

  @Test
  void everyDurationIsShownAsItCanBeRead() throws InvalidValueException {
    ValueParser<Duration> any = ValueParsers.duration(Duration.ZERO, Duration.ofDays(3650));
    assertThat(ValueParsers.show(Duration.ZERO)).isEqualTo("0s");
    for (long seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      long unit = new long[] {1, 1000, 60_000, 3_600_000, 86_400_000}[random.nextInt(5)];
      Duration duration = Duration.ofMillis(unit * random.nextInt(3000));
      assertThat(any.parse(ValueParsers.show(duration))).as("seed %d", seed).isEqualTo(duration);
    }
  }

  @ParameterizedTest
  @CsvSource({"1024, 1024", "1024B, 1024", "1KiB, 1024", "64MiB, 67108864", "1GiB, 1073741824"})
  void readsSizes(String text, int bytes) throws InvalidValueException {
    assertThat(SIZE.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "64MB",
        "64 MiB",
        "64mib",
        "0x400",
        "1.5MiB",
        "-1",
        "1023",
        "1073741825",
        "2GiB",
        "4294967296GiB",
        "999999999999999999GiB",
        "01024"
      })
  void refusesOtherSizes(String text) {
    assertThatThrownBy(() -> SIZE.parse(text)).isInstanceOf(InvalidValueException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-1", "65536", "010", "4320 ", "4_320", "+1", "1e3", "99999999999999999999"})
  void refusesOtherPorts(String text) {
    assertThatThrownBy(() -> ValueParsers.integer(0, 65_535).parse(text))
        .hasMessage("must be a whole number from 0 to 65535");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "[::1]", "fe80::1%1", "localhost", "a-b.example.com"})
  void acceptsHosts(String text) throws InvalidValueException {
    assertThat(ValueParsers.host().parse(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "http://x", "x/y", "x y", "host:80x", "ä"})
  void refusesOtherHosts(String text) {
    assertThatThrownBy(() -> ValueParsers.host().parse(text))
        .isInstanceOf(InvalidValueException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "v1/opamp",
        "/v1/",
        "/v1//opamp",
        "/a?b",
        "/a b",
        "/api",
        "/api/v1",
        "/%41"
      })
  void refusesOtherPaths(String text) {
    assertThatThrownBy(() -> ValueParsers.agentsPath().parse(text))
        .isInstanceOf(InvalidValueException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ws://localhost/v1/opamp",
        "wss://fleet.example.com/v1/opamp",
        "http://10.0.0.1:4320/v1/opamp",
        "https://[::1]:4320/",
        "https://fleet.example.com"
      })
  void readsEndpoints(String text) throws InvalidValueException {
    assertThat(ValueParsers.endpointOrNone().parse(text)).contains(URI.create(text));
  }

  @Test
  void thereMayBeNoEndpoint() throws InvalidValueException {
    assertThat(ValueParsers.endpointOrNone().parse("none")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "None",
        "off",
        "fleet.example.com",
        "fleet.example.com:4320",
        "/v1/opamp",
        "//fleet.example.com/v1/opamp",
        "WSS://fleet.example.com",
        "ftp://fleet.example.com/v1/opamp",
        "ws:fleet.example.com",
        "ws:///v1/opamp",
        "ws://",
        "ws://a b/",
        "ws://fleet.example.com:port/",
        " ws://fleet.example.com/"
      })
  void refusesOtherEndpoints(String text) {
    assertThatThrownBy(() -> ValueParsers.endpointOrNone().parse(text))
        .isInstanceOf(InvalidValueException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TRUE", "yes", "on", "1", ""})
  void refusesOtherFlags(String text) {
    assertThatThrownBy(() -> ValueParsers.flag().parse(text)).hasMessage("must be true or false");
  }
}
