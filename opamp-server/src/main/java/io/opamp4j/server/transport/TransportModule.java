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
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.MemoryBudget;
import jakarta.ws.rs.core.Application;
import java.time.Duration;

/**
 * Binds the {@link HttpListener}. Wants a {@link ServerConfig}, an {@link AgentInbox} with its
 * {@link MemoryBudget}, and the {@link Application} that serves {@code /api}.
 */
public final class TransportModule extends AbstractModule {
  /** How long agents may take to answer a Close frame when the server stops. */
  private static final Duration DRAIN = Duration.ofSeconds(5);

  @Override
  protected void configure() {
    OptionalBinder.newOptionalBinder(binder(), ListenAddress.class)
        .setBinding()
        .to(HttpListener.class);
  }

  @Provides
  @Singleton
  HttpListener listener(
      ServerConfig config, AgentInbox inbox, MemoryBudget memory, Application rest) {
    return new HttpListener(config, TransportSettings.DEFAULT, inbox, memory, rest);
  }

  @ProvidesIntoSet
  @Singleton
  LifecycleStep step(HttpListener listener) {
    return new LifecycleStep(
        Phase.LISTENER, "listener", listener::start, () -> listener.stop(DRAIN));
  }
}
