package io.opamp4j.server;

import static java.util.Objects.requireNonNull;

import com.google.inject.Module;
import io.opamp4j.server.boot.ServerAssembly;
import io.opamp4j.server.config.ConfigProblems;
import io.opamp4j.server.config.ConfigReader;
import io.opamp4j.server.config.Extensions;
import io.opamp4j.server.config.StoragePlugins;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A running control plane, for embedding and for tests:
 *
 * <pre>{@code
 * try (OpampServer server = OpampServer.start(ServerConfig.defaults())) {
 *   System.out.println("listening on port " + server.port());
 * }
 * }</pre>
 *
 * <p>Thread-safe. An embedded server installs no shutdown hook: whoever starts it closes it.
 */
public final class OpampServer implements AutoCloseable {
  private final ServerAssembly assembly;

  private OpampServer(ServerAssembly assembly) {
    this.assembly = assembly;
  }

  /**
   * Starts a server with the storage backend that the configuration names, found on the class path.
   * Returns when agents can connect.
   *
   * @throws io.opamp4j.server.config.ConfigException if the backend is not there or refuses its
   *     options, or if handlers of custom messages contradict each other
   * @throws ServerStartException if it cannot start; nothing is left running
   */
  public static OpampServer start(ServerConfig config) {
    return builder().config(config).start();
  }

  /** A server with the default configuration, to be changed. */
  public static Builder builder() {
    return new Builder();
  }

  /** Where the server listens; empty if this assembly has no listener. */
  public Optional<InetSocketAddress> address() {
    return assembly.address();
  }

  /**
   * The port the server listens on; the real one if the configuration asked for port 0.
   *
   * @throws IllegalStateException if this assembly has no listener
   */
  public int port() {
    return address()
        .orElseThrow(() -> new IllegalStateException("this server has no listener"))
        .getPort();
  }

  /** Waits until the server is closed. */
  public void awaitClosed() throws InterruptedException {
    assembly.awaitClosed();
  }

  /**
   * Stops everything in reverse order and returns when that is done. A part that fails or takes too
   * long to stop is logged and does not keep the others from stopping. Idempotent.
   */
  @Override
  public void close() {
    assembly.close();
  }

  /** Collects what a server is made of. Not thread-safe. */
  public static final class Builder {
    private ServerConfig config = ServerConfig.defaults();
    private @Nullable Module storage;
    private final Set<CustomMessageHandler> handlers = new LinkedHashSet<>();
    private final Set<ConfigurationCheck> checks = new LinkedHashSet<>();
    private ClassLoader plugins = OpampServer.class.getClassLoader();

    private Builder() {}

    /** Replaces the configuration. */
    public Builder config(ServerConfig config) {
      this.config = requireNonNull(config, "config");
      return this;
    }

    /**
     * Gives the storage directly, such as a backend of the embedding program's own, instead of
     * finding it by the name in the configuration.
     *
     * @param storage binds what {@link io.opamp4j.storage.StoragePlugin#module} must bind
     */
    public Builder storage(Module storage) {
      this.storage = requireNonNull(storage, "storage");
      return this;
    }

    /**
     * Adds a handler of custom messages to those that are found.
     *
     * @param handler of capabilities that no other handler has
     */
    public Builder customMessageHandler(CustomMessageHandler handler) {
      handlers.add(requireNonNull(handler, "handler"));
      return this;
    }

    /** Adds a check of configurations to those that are found and those the server brings. */
    public Builder configurationCheck(ConfigurationCheck check) {
      checks.add(requireNonNull(check, "check"));
      return this;
    }

    /**
     * Says where plug-ins are looked for: storage backends, handlers of custom messages, checks of
     * configurations.
     *
     * @param loader instead of the one that loaded this class
     */
    public Builder pluginLoader(ClassLoader loader) {
      this.plugins = requireNonNull(loader, "loader");
      return this;
    }

    /** Starts the server; see {@link OpampServer#start(ServerConfig)}. */
    public OpampServer start() {
      ConfigProblems problems = new ConfigProblems();
      Extensions found = Extensions.load(plugins, new Extensions(handlers, checks), problems);
      problems.throwIfAny();
      Module chosen = storage == null ? installed(config.storage()) : storage;
      return new OpampServer(ServerAssembly.start(config, chosen, found));
    }

    private Module installed(ServerConfig.Storage wanted) {
      ConfigProblems problems = new ConfigProblems();
      StoragePlugins backends = StoragePlugins.load(plugins, problems);
      problems.throwIfAny();
      return new ConfigReader(backends).storageModule(wanted);
    }
  }
}
