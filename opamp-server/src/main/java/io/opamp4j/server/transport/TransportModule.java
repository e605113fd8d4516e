package io.opamp4j.server.transport;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.agents.AgentInbox;
import jakarta.ws.rs.core.Application;

/**
 * Binds the {@link HttpListener}. Wants a {@link ServerConfig}, an {@link AgentInbox}, and the
 * {@link Application} that serves {@code /api}.
 */
public final class TransportModule extends AbstractModule {
  @Provides
  @Singleton
  HttpListener listener(ServerConfig config, AgentInbox inbox, Application rest) {
    return new HttpListener(config, TransportSettings.DEFAULT, inbox, rest);
  }
}
