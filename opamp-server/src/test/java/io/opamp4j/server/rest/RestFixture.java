package io.opamp4j.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.Stage;
import com.google.inject.util.Modules;
import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.Threads;
import io.opamp4j.server.agents.AdmissionGate;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.agents.AgentsModule;
import io.opamp4j.server.agents.BrittleDocumentStore;
import io.opamp4j.server.agents.MemoryBudget;
import io.opamp4j.server.cluster.ClusterModule;
import io.opamp4j.server.cluster.Membership;
import io.opamp4j.server.cluster.NodeIdentity;
import io.opamp4j.server.cluster.NodeUnderTest;
import io.opamp4j.server.fleet.FleetEditor;
import io.opamp4j.server.fleet.FleetModule;
import io.opamp4j.server.fleet.FleetWatcher;
import io.opamp4j.server.rollout.RolloutModule;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.BlobStore;
import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Storage;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import io.opamp4j.testkit.storage.PluginFixture;
import io.opamp4j.testkit.storage.Stores;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.glassfish.jersey.internal.MapPropertiesDelegate;
import org.glassfish.jersey.server.ApplicationHandler;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.ContainerResponse;

/**
 * The REST API over memory storage, called without a network. Every answer is held against the
 * OpenAPI document.
 */
final class RestFixture implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  static final int MAX_BODY = 4_096;

  private static final ObjectMapper JSON = new ObjectMapper();

  final NavigableMap<InstanceUid, AgentView> agents = new TreeMap<>();
  final MemoryBudget memory = new MemoryBudget(1_000);
  final AdmissionGate gate =
      new AdmissionGate(ServerConfig.Admission.DEFAULT, memory, () -> NOW, new Random(1));
  final Stores stores =
      PluginFixture.notDurable(new MemoryStoragePlugin(), Map.of(), "it is a test").open();
  final BrittleDocumentStore brittle = new BrittleDocumentStore(stores.documents());
  final Injector injector;
  volatile RuntimeException directoryFailure;

  private final ApplicationHandler handler;
  private final DescribedAnswers described = new DescribedAnswers();

  RestFixture() {
    injector =
        Guice.createInjector(
            Stage.PRODUCTION,
            stores(),
            new ClusterModule(),
            new FleetModule(),
            new RolloutModule(),
            new RestModule(),
            // The real ones but for the directory, in which tests put what they like.
            Modules.override(new AgentsModule())
                .with(
                    new AbstractModule() {
                      @Override
                      protected void configure() {
                        bind(AgentDirectory.class).toInstance(directory());
                        bind(AdmissionGate.class).toInstance(gate);
                        bind(MemoryBudget.class).toInstance(memory);
                      }
                    }),
            new AbstractModule() {
              @Override
              protected void configure() {
                binder().requireExplicitBindings();
                bind(ServerInfo.class).toInstance(new ServerInfo("1.2.3", "node-a"));
                bind(NodeIdentity.class)
                    .toInstance(
                        new NodeIdentity("node-a-1", "node-a", "127.0.0.1:4320", "1.2.3", NOW));
                bind(Threads.class).toInstance(name -> Executors.defaultThreadFactory());
                bind(InstantSource.class).toInstance(() -> NOW);
                bind(ServerConfig.class).toInstance(ServerConfig.defaults());
                bind(RandomGenerator.class).toInstance(new SplittableRandom(1));
              }
            });
    NodeUnderTest.join(injector.getInstance(Membership.class));
    injector.getInstance(FleetWatcher.class).start();
    int[] errors = {0};
    handler =
        new ApplicationHandler(
            RestModule.resourceConfig(injector, MAX_BODY, () -> "error-" + ++errors[0]));
  }

  /** Memory storage, whose documents can be made to fail. */
  private Module stores() {
    return new AbstractModule() {
      @Override
      protected void configure() {
        bind(Storage.class).toInstance(stores.storage());
        bind(AgentStore.class).toInstance(stores.agents());
        bind(BlobStore.class).toInstance(stores.blobs());
        bind(ChangeFeed.class).toInstance(stores.changes());
        bind(DocumentStore.class).toInstance(brittle);
      }
    };
  }

  private AgentDirectory directory() {
    return new AgentDirectory() {
      @Override
      public Optional<AgentView> find(InstanceUid uid) {
        if (directoryFailure != null) {
          throw directoryFailure;
        }
        return Optional.ofNullable(agents.get(uid));
      }

      @Override
      public Stream<AgentView> list(Optional<InstanceUid> after) {
        return after.map(uid -> agents.tailMap(uid, false)).orElse(agents).values().stream();
      }
    };
  }

  /** Forgets all configurations and agents. */
  void clear() {
    agents.clear();
    directoryFailure = null;
    FleetEditor editor = injector.getInstance(FleetEditor.class);
    for (Document document : documents().list("configuration", Optional.empty(), 1_000).items()) {
      editor.remove(document.id(), document.version());
    }
  }

  DocumentStore documents() {
    return injector.getInstance(DocumentStore.class);
  }

  /**
   * @param headers name, value, name, value
   */
  Answer call(String method, String path, String body, String... headers) {
    ContainerRequest request =
        new ContainerRequest(
            URI.create("http://server.test/"),
            URI.create("http://server.test" + path),
            method,
            null,
            new MapPropertiesDelegate(),
            handler.getConfiguration());
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    if (body != null) {
      if (request.getHeaderString("Content-Type") == null) {
        request.header("Content-Type", "application/json");
      }
      request.setEntityStream(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ContainerResponse response = handler.apply(request, out).get();
      Answer answer = new Answer(response, ByteString.copyFrom(out.toByteArray()));
      assertThat(described.problems(method, path, answer))
          .as("%s %s, whose answer is not as the OpenAPI document has it: %s", method, path, answer)
          .isEmpty();
      return answer;
    } catch (Exception e) {
      throw new AssertionError(method + " " + path, e);
    }
  }

  Answer get(String path, String... headers) {
    return call("GET", path, null, headers);
  }

  @Override
  public void close() {
    injector.getInstance(FleetWatcher.class).close();
    injector.getInstance(Storage.class).close();
  }

  /** What came back. */
  record Answer(ContainerResponse response, ByteString bytes) {
    int status() {
      return response.getStatus();
    }

    String header(String name) {
      return response.getHeaderString(name);
    }

    String text() {
      return bytes.toStringUtf8();
    }

    JsonNode json() {
      try {
        return JSON.readTree(bytes.newInput());
      } catch (java.io.IOException e) {
        throw new AssertionError(text(), e);
      }
    }

    /** {@code field: message} of each error. */
    List<String> errors() {
      return json()
          .path("errors")
          .valueStream()
          .map(error -> error.path("field").asText() + ": " + error.path("message").asText())
          .toList();
    }
  }
}
