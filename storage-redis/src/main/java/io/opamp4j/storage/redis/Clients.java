package io.opamp4j.storage.redis;

import io.opamp4j.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;

/** Makes the Jedis client that fits the settings. */
final class Clients {
  private static final int CLUSTER_ATTEMPTS = 5;

  private Clients() {}

  static UnifiedJedis connect(RedisSettings settings) {
    JedisClientConfig config = config(settings, settings.credentials(), settings.database());
    ConnectionPoolConfig pool = pool(settings);
    return switch (settings.mode()) {
      case STANDALONE ->
          RedisClient.builder()
              .hostAndPort(settings.nodes().iterator().next())
              .clientConfig(config)
              .poolConfig(pool)
              .build();
      case SENTINEL ->
          RedisSentinelClient.builder()
              .masterName(settings.sentinelMaster())
              .sentinels(settings.nodes())
              .clientConfig(config)
              .sentinelClientConfig(config(settings, settings.sentinelCredentials(), 0))
              .poolConfig(pool)
              .build();
      case CLUSTER ->
          RedisClusterClient.builder()
              .nodes(settings.nodes())
              .clientConfig(config)
              .maxAttempts(CLUSTER_ATTEMPTS)
              .maxTotalRetriesDuration(settings.commandTimeout().multipliedBy(2))
              .topologyRefreshPeriod(Duration.ofSeconds(10))
              .poolConfig(pool)
              .build();
    };
  }

  private static ConnectionPoolConfig pool(RedisSettings settings) {
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    // One more than configured: the change feed keeps a connection for itself.
    pool.setMaxTotal(settings.poolSize() + 1);
    pool.setMaxIdle(settings.poolSize() + 1);
    pool.setMaxWait(settings.commandTimeout());
    // After a restart of Redis every idle connection is broken; one round trip more finds that out.
    pool.setTestOnBorrow(true);
    pool.setJmxEnabled(false);
    return pool;
  }

  private static JedisClientConfig config(
      RedisSettings settings, RedisSettings.Credentials credentials, int database) {
    DefaultJedisClientConfig.Builder config =
        DefaultJedisClientConfig.builder()
            .clientName("opamp-server")
            .database(database)
            .connectionTimeoutMillis((int) settings.connectTimeout().toMillis())
            .socketTimeoutMillis((int) settings.commandTimeout().toMillis());
    if (!credentials.username().isEmpty()) {
      config.user(credentials.username());
    }
    if (!credentials.password().isEmpty()) {
      config.password(credentials.password());
    }
    if (settings.tls()) {
      SSLParameters checkTheHost = new SSLParameters();
      checkTheHost.setEndpointIdentificationAlgorithm("HTTPS");
      config.ssl(true).sslParameters(checkTheHost);
      settings.caFile().ifPresent(file -> config.sslSocketFactory(trusting(file)));
    }
    return config.build();
  }

  private static SSLSocketFactory trusting(Path authorities) {
    try (InputStream in = Files.newInputStream(authorities)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int count = 0;
      for (Certificate authority :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + count++, authority);
      }
      if (count == 0) {
        throw new GeneralSecurityException("no certificate in it");
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (IOException | GeneralSecurityException e) {
      throw new StorageException(
          "cannot use the certificates in " + authorities + ": " + e.getMessage(), false, e);
    }
  }
}
