package io.opamp4j.server.transport;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.OptionalBinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.opamp4j.server.LifecycleStep;
import io.opamp4j.server.LifecycleStep.Phase;
import io.opamp4j.server.ListenAddress;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.agents.AdmissionGate;
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.EventJournal;
import io.opamp4j.server.agents.LiveEvents;
import io.opamp4j.server.agents.MemoryBudget;
import io.opamp4j.server.transport.http.EventStreams;
import jakarta.ws.rs.core.Application;
import java.time.Duration;

/**
 * Binds the {@link HttpListener}. Wants a {@link ServerConfig}, an {@link AgentInbox} with its
 * {@link MemoryBudget} and {@link AdmissionGate}, the {@link Application} that serves {@code /api},
 * and {@link LiveEvents} with their {@link EventJournal}.
 */
public final class TransportModule extends AbstractModule {
  /** What the end of threads may take beside the drain of the connections. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  @Override
  protected void configure() {
    OptionalBinder.newOptionalBinder(binder(), ListenAddress.class)
        .setBinding()
        .to(HttpListener.class);
  }

  @Provides
  @Singleton
  HttpListener listener(
      ServerConfig config,
      AgentInbox inbox,
      MemoryBudget memory,
      AdmissionGate gate,
      Application rest,
      EventStreams events) {
    return new HttpListener(config, TransportSettings.DEFAULT, inbox, memory, gate, rest, events);
  }

  @Provides
  @Singleton
  EventStreams events(EventJournal journal, LiveEvents format) {
    return new EventStreams(journal, format);
  }

  @ProvidesIntoSet
  @Singleton
  LifecycleStep step(ServerConfig config, HttpListener listener) {
    Duration drain = config.server().drainTimeout();
    return new LifecycleStep(
        Phase.LISTENER,
        "listener",
        listener::start,
        () -> listener.stop(drain),
        drain.plus(MARGIN));
  }
}
