package io.opamp4j.server.boot;

import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import com.google.inject.spi.Message;
import io.opamp4j.server.LifecycleStep;
import io.opamp4j.server.ListenAddress;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.ServerStartException;
import io.opamp4j.server.ServerStartException.Reason;
import io.opamp4j.server.agents.AgentsModule;
import io.opamp4j.server.cluster.ClusterModule;
import io.opamp4j.server.config.Extensions;
import io.opamp4j.server.fleet.FleetModule;
import io.opamp4j.server.rest.RestModule;
import io.opamp4j.server.rollout.RolloutModule;
import io.opamp4j.server.transport.TransportModule;
import io.opamp4j.storage.StorageException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The parts of one running server. Public for {@link io.opamp4j.server.OpampServer}, which is what
 * users see; no promises are made about this class.
 */
public final class ServerAssembly implements AutoCloseable {
  private final Lifecycle lifecycle;
  private final Optional<InetSocketAddress> address;

  private ServerAssembly(Lifecycle lifecycle, Optional<InetSocketAddress> address) {
    this.lifecycle = lifecycle;
    this.address = address;
  }

  /**
   * Builds the graph, which opens the storage, and starts its steps.
   *
   * @param extensions what is installed beside the server
   * @throws ServerStartException if it cannot start; nothing is left running
   */
  public static ServerAssembly start(ServerConfig config, Module storage, Extensions extensions) {
    List<Module> parts = new ArrayList<>(parts());
    parts.add(new ExtensionsModule(extensions));
    return start(config, storage, parts);
  }

  /** Every module of the server beside storage: one line each. */
  private static List<Module> parts() {
    return List.of(
        new ClusterModule(),
        new FleetModule(),
        new AgentsModule(),
        new RolloutModule(),
        new RestModule(),
        new TransportModule());
  }

  static ServerAssembly start(ServerConfig config, Module storage, List<Module> parts) {
    OpenedStorages opened = new OpenedStorages();
    List<Module> modules = new ArrayList<>(parts);
    modules.add(new ServerModule(config, opened));
    modules.add(storage);
    Injector injector;
    Lifecycle lifecycle;
    try {
      injector = Guice.createInjector(Stage.PRODUCTION, modules);
      lifecycle =
          new Lifecycle(
              injector.getInstance(new Key<Set<LifecycleStep>>() {}), new ThreadStepRunner());
    } catch (RuntimeException | Error e) {
      opened.closeAll();
      throw failure(e);
    }
    try {
      lifecycle.start();
      return new ServerAssembly(
          lifecycle,
          injector.getInstance(new Key<Optional<ListenAddress>>() {}).map(ListenAddress::get));
    } catch (Lifecycle.StepFailedException e) {
      throw failure(e);
    } catch (RuntimeException | Error e) {
      lifecycle.stop();
      throw failure(e);
    }
  }

  /** Where the listener listens; empty if there is none. */
  public Optional<InetSocketAddress> address() {
    return address;
  }

  /** Waits until the server is closed. */
  public void awaitClosed() throws InterruptedException {
    lifecycle.awaitStopped();
  }

  @Override
  public void close() {
    lifecycle.stop();
  }

  private static ServerStartException failure(Lifecycle.StepFailedException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    Reason reason =
        switch (e.phase()) {
          case STORAGE -> Reason.STORAGE;
          case LISTENER -> Reason.LISTENER;
          case FLEET, AGENTS, TIMER ->
              storageCause(cause).isPresent() ? Reason.STORAGE : Reason.OTHER;
        };
    return new ServerStartException(reason, e.getMessage() + ": " + oneLine(cause), e);
  }

  /**
   * Guice reports what a constructor threw inside pages of context; the cause says it in a line.
   */
  private static ServerStartException failure(Throwable e) {
    Optional<Throwable> storage = storageCause(e);
    if (storage.isPresent()) {
      return new ServerStartException(
          Reason.STORAGE, "cannot open the storage: " + oneLine(storage.get()), e);
    }
    boolean ofGuice = e instanceof CreationException || e instanceof ProvisionException;
    return new ServerStartException(
        Reason.OTHER, ofGuice ? "cannot build the server: " + e.getMessage() : oneLine(e), e);
  }

  private static Optional<Throwable> storageCause(Throwable e) {
    return causes(e)
        .flatMap(cause -> Stream.iterate(cause, Objects::nonNull, Throwable::getCause))
        .filter(StorageException.class::isInstance)
        .findFirst();
  }

  /** Guice gives a cause of its own only when there is exactly one error. */
  private static Stream<Throwable> causes(Throwable e) {
    Collection<Message> messages = List.of();
    if (e instanceof CreationException creation) {
      messages = creation.getErrorMessages();
    } else if (e instanceof ProvisionException provision) {
      messages = provision.getErrorMessages();
    }
    return Stream.concat(
        Stream.of(e), messages.stream().map(Message::getCause).filter(Objects::nonNull));
  }

  private static String oneLine(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
