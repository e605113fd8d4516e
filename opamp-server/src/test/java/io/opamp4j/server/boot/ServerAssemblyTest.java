package io.opamp4j.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.opamp4j.server.LifecycleStep;
import io.opamp4j.server.LifecycleStep.Phase;
import io.opamp4j.server.ListenAddress;
import io.opamp4j.server.OpampServer;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.ServerStartException;
import io.opamp4j.server.ServerStartException.Reason;
import io.opamp4j.server.boot.RecordingStoragePlugin.RecordingModule;
import io.opamp4j.server.config.ConfigException;
import jakarta.inject.Inject;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ServerAssemblyTest {
  private static final ServerConfig CONFIG = ServerConfig.defaults();

  private final List<String> calls = new ArrayList<>();

  @Test
  void opensChecksAndClosesTheStorage() throws InterruptedException {
    try (ServerAssembly server = ServerAssembly.start(CONFIG, storage("never"), List.of())) {
      assertThat(calls).containsExactly("open", "check");
      assertThat(server.address()).isEmpty();
      server.close();
      server.awaitClosed();
    }
    assertThat(calls).containsExactly("open", "check", "close");
  }

  @Test
  void partsContributeStepsAndMayAskForConfigurationTimeAndChance() {
    InetSocketAddress bound = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
    Module part =
        new AbstractModule() {
          @Override
          protected void configure() {
            bind(ListenAddress.class).toInstance(() -> bound);
          }

          @ProvidesIntoSet
          LifecycleStep step(ServerConfig config, InstantSource clock, RandomGenerator random) {
            assertThat(config).isSameAs(CONFIG);
            assertThat(clock.instant()).isNotNull();
            assertThat(random.nextLong()).isNotEqualTo(random.nextLong());
            return step(Phase.LISTENER, "port");
          }

          private LifecycleStep step(Phase phase, String name) {
            return new LifecycleStep(
                phase, name, () -> calls.add("+" + name), () -> calls.add("-" + name));
          }
        };
    try (ServerAssembly server = ServerAssembly.start(CONFIG, storage("never"), List.of(part))) {
      assertThat(server.address()).contains(bound);
    }
    assertThat(calls).containsExactly("open", "check", "+port", "-port", "close");
  }

  @Test
  void aStorageThatCannotBeOpenedIsSaidInOneLine() {
    ServerStartException e = failure(storage("opening"));

    assertThat(e.reason()).isEqualTo(Reason.STORAGE);
    assertThat(e).hasMessage("cannot open the storage: ./data is locked by another process");
  }

  @Test
  void aStorageThatDoesNotWorkIsClosedAgain() {
    ServerStartException e = failure(storage("checking"));

    assertThat(e.reason()).isEqualTo(Reason.STORAGE);
    assertThat(e).hasMessage("cannot start storage: recording: disk full");
    assertThat(calls).containsExactly("open", "check", "close");
  }

  @Test
  void aPortThatCannotBeOpenedIsSaidInOneLineAndTheStorageIsClosed() {
    Module part =
        new AbstractModule() {
          @ProvidesIntoSet
          LifecycleStep step() {
            return new LifecycleStep(
                Phase.LISTENER,
                "listener",
                () -> {
                  throw new BindException("Address already in use");
                },
                LifecycleStep.Action.NOTHING);
          }
        };
    ServerStartException e = failure(storage("never"), part);

    assertThat(e.reason()).isEqualTo(Reason.LISTENER);
    assertThat(e).hasMessage("cannot start listener: Address already in use");
    assertThat(calls).containsExactly("open", "check", "close");
  }

  @Test
  void aPartThatCannotBeBuiltLeavesNoStorageOpen() {
    Module part =
        new AbstractModule() {
          @Override
          protected void configure() {
            bind(Broken.class).asEagerSingleton();
          }
        };
    ServerStartException e = failure(storage("never"), part);

    assertThat(e.reason()).isEqualTo(Reason.OTHER);
    assertThat(e).hasMessageContaining("broken on purpose");
    assertThat(calls).endsWith("close");
  }

  @Test
  void anAddressThatIsNotThereLeavesNothingRunning() {
    Module part =
        new AbstractModule() {
          @Override
          protected void configure() {
            bind(ListenAddress.class)
                .toInstance(
                    () -> {
                      throw new IllegalStateException("not started");
                    });
          }
        };
    assertThat(failure(storage("never"), part)).hasMessage("not started");
    assertThat(calls).endsWith("close");
  }

  @Test
  void whatIsNotBoundIsNotInvented() {
    Module part =
        new AbstractModule() {
          @Override
          protected void configure() {
            bind(NeedsUnbound.class).asEagerSingleton();
          }
        };
    assertThat(failure(storage("never"), part))
        .hasMessageContaining("Unbound is not explicitly bound");
  }

  @Test
  void anEmbeddedServerFindsItsBackendByName() {
    ServerConfig config =
        new ServerConfig(
            ServerConfig.Server.DEFAULT,
            ServerConfig.Agents.DEFAULT,
            new ServerConfig.Storage("recording", Map.of("fails", "checking")));
    assertThatThrownBy(() -> OpampServer.start(config)).hasMessageContaining("disk full");

    ServerConfig unknown =
        new ServerConfig(
            ServerConfig.Server.DEFAULT,
            ServerConfig.Agents.DEFAULT,
            new ServerConfig.Storage("nowhere", Map.of()));
    assertThatThrownBy(() -> OpampServer.start(unknown)).isInstanceOf(ConfigException.class);
  }

  private ServerStartException failure(Module storage, Module... parts) {
    return catchThrowableOfType(
        ServerStartException.class, () -> ServerAssembly.start(CONFIG, storage, List.of(parts)));
  }

  private Module storage(String fails) {
    return new RecordingModule(fails, calls);
  }

  static final class Broken {
    @Inject
    Broken(io.opamp4j.storage.Storage storage) {
      throw new IllegalStateException("broken on purpose, beside " + storage.description());
    }
  }

  static final class Unbound {
    @Inject
    Unbound() {}
  }

  static final class NeedsUnbound {
    @Inject
    NeedsUnbound(Unbound unbound) {
      throw new AssertionError("built with " + unbound);
    }
  }
}
