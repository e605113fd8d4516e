package io.opamp4j.server.rest;

import com.google.inject.AbstractModule;
import com.google.inject.Injector;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.opamp4j.server.PeriodicTask;
import io.opamp4j.server.agents.LiveEvents;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Application;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.glassfish.jersey.internal.inject.AbstractBinder;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;

/**
 * Binds the {@link ResourceConfig} that Jersey runs, with resources built by Guice. Its base URI is
 * the root of the server; paths begin with {@code /api/v1}. Needs what the resources ask for: a
 * {@link ServerInfo}, a {@link io.opamp4j.server.fleet.FleetEditor}, a {@link
 * io.opamp4j.storage.Storage} and what {@link io.opamp4j.server.agents.AgentsModule} and {@link
 * io.opamp4j.server.cluster.ClusterModule} bind. Resources block on storage, so requests belong on
 * threads that may.
 */
public final class RestModule extends AbstractModule {
  private static final Duration OLD_KEYS = Duration.ofMinutes(10);

  static final List<Class<?>> RESOURCES =
      List.of(
          AgentsResource.class,
          AgentLabelsResource.class,
          AgentPinResource.class,
          AgentWhyResource.class,
          AgentActionsResource.class,
          AgentCountsResource.class,
          OrdersResource.class,
          ComponentsResource.class,
          EventsResource.class,
          ConfigurationsResource.class,
          ConfigurationVersionsResource.class,
          RunningVersionResource.class,
          ConfigurationDiffResource.class,
          RolloutResource.class,
          RolloutsResource.class,
          NodesResource.class,
          ServerResource.class,
          OpenApiResource.class);

  @Override
  protected void configure() {
    RESOURCES.forEach(this::bind);
    bind(AgentActionRun.class);
    bind(RepeatedRequests.class).in(Scopes.SINGLETON);
    bind(LiveEvents.class).to(EventStreamFormat.class).in(Scopes.SINGLETON);
    bind(Application.class).to(ResourceConfig.class);
  }

  @ProvidesIntoSet
  @Singleton
  PeriodicTask oldKeys(RepeatedRequests repeated) {
    return new PeriodicTask("old idempotency keys", OLD_KEYS, true, repeated::tick);
  }

  @Provides
  @Singleton
  ResourceConfig resourceConfig(Injector injector) {
    return resourceConfig(injector, BodyLimit.DEFAULT, errorIds());
  }

  static ResourceConfig resourceConfig(
      Injector injector, int maxBodySize, Supplier<String> errorIds) {
    ResourceConfig config = new ResourceConfig();
    RESOURCES.forEach(config::register);
    config.register(
        new AbstractBinder() {
          @Override
          protected void configure() {
            RESOURCES.forEach(resource -> bindToGuice(resource));
          }

          private <T> void bindToGuice(Class<T> resource) {
            bindFactory(() -> injector.getInstance(resource)).to(resource);
          }
        });
    return config
        .register(new JsonBodies())
        .register(new ProblemMapper(errorIds))
        .register(new ReadableHeaders())
        .register(new BodyLimit(maxBodySize))
        .register(new KnownParameters())
        .property(ServerProperties.WADL_FEATURE_DISABLE, true)
        .property(ServerProperties.FEATURE_AUTO_DISCOVERY_DISABLE, true)
        .property(ServerProperties.LOCATION_HEADER_RELATIVE_URI_RESOLUTION_DISABLED, true)
        .property(ServerProperties.PROCESSING_RESPONSE_ERRORS_ENABLED, true);
  }

  private static Supplier<String> errorIds() {
    SecureRandom random = new SecureRandom();
    return () -> {
      byte[] id = new byte[8];
      random.nextBytes(id);
      return HexFormat.of().formatHex(id);
    };
  }
}
