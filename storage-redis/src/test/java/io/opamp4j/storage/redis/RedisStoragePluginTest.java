package io.opamp4j.storage.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.ProvisionException;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.StoragePlugin;
import io.opamp4j.testkit.storage.PluginFixture;
import io.opamp4j.testkit.storage.StoragePluginContract;
import io.opamp4j.testkit.storage.TextOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.HostAndPort;

final class RedisStoragePluginTest extends StoragePluginContract {
  @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.standalone();

  @TempDir Path folder;

  @Override
  protected StoragePlugin plugin() {
    return new RedisStoragePlugin();
  }

  @Override
  protected Map<String, String> settings() {
    return REDIS.emptyPlace();
  }

  @Test
  void readsItsSettings() throws IOException {
    Path authorities = Files.createFile(folder.resolve("ca.pem"));
    RedisSettings settings =
        RedisSettings.from(
            options(
                Map.of(
                    "mode", "sentinel",
                    "nodes", "one:26379, [::1]:26380",
                    "sentinel-master", "fleet",
                    "database", "3",
                    "username", "opamp",
                    "password", "s3cret",
                    "tls", "true",
                    "tls-ca-file", authorities.toString(),
                    "pool-size", "5",
                    "command-timeout", "700ms")));

    assertThat(settings)
        .isEqualTo(
            new RedisSettings(
                RedisSettings.Mode.SENTINEL,
                Set.of(new HostAndPort("one", 26379), new HostAndPort("::1", 26380)),
                "fleet",
                3,
                new RedisSettings.Credentials("opamp", "s3cret"),
                new RedisSettings.Credentials("", ""),
                true,
                Optional.of(authorities),
                "opamp",
                5,
                Duration.ofSeconds(2),
                Duration.ofMillis(700)));
    assertThat(settings.toString()).doesNotContain("s3cret");
  }

  @ParameterizedTest
  @CsvSource({
    "mode, replica",
    "nodes, localhost",
    "nodes, localhost:0",
    "nodes, localhost:65536",
    "nodes, localhost:999999999999",
    "nodes, 'a:1,,b:2'",
    "nodes, 'a:1,b:2'",
    "nodes, 'a b:1'",
    "key-prefix, 'a b'",
    "key-prefix, '{a}'",
    "database, -1",
    "pool-size, 0",
    "tls, yes",
    "tls-ca-file, no/such/file.pem",
    "connect-timeout, 5"
  })
  void refusesABadValueByItsKey(String key, String value) {
    TextOptions options = options(Map.of(key, value));
    plugin().module(options);
    assertThat(options.problems()).hasSize(1).allMatch(p -> p.startsWith(key + ": "));
  }

  @Test
  void refusesWhatDoesNotFitTheMode() {
    TextOptions sentinel = options(Map.of("mode", "sentinel"));
    plugin().module(sentinel);
    assertThat(sentinel.problems()).hasSize(1).allMatch(p -> p.startsWith("sentinel-master: "));

    TextOptions cluster = options(Map.of("mode", "cluster", "database", "1"));
    plugin().module(cluster);
    assertThat(cluster.problems()).hasSize(1).allMatch(p -> p.startsWith("database: "));
  }

  @Test
  void saysWhereItFoundNoRedis() throws IOException {
    int closedPort = RedisUnderTest.Started.freePort();
    for (String mode : new String[] {"standalone", "cluster"}) {
      PluginFixture fixture =
          PluginFixture.durable(plugin(), Map.of("mode", mode, "nodes", "127.0.0.1:" + closedPort));
      assertThatThrownBy(fixture::open)
          .isInstanceOf(ProvisionException.class)
          .cause()
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("127.0.0.1:" + closedPort);
    }
  }

  private TextOptions options(Map<String, String> texts) {
    return new TextOptions(plugin().settings(), texts);
  }
}
