package io.opamp4j.server.boot;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import io.opamp4j.server.ConfigurationCheck;
import io.opamp4j.server.CustomMessageHandler;
import io.opamp4j.server.check.CollectorPipelines;
import io.opamp4j.server.check.WellFormedYaml;
import io.opamp4j.server.config.Extensions;

/** Binds what was found and given, and the checks that the server brings. */
final class ExtensionsModule extends AbstractModule {
  private final Extensions extensions;

  ExtensionsModule(Extensions extensions) {
    this.extensions = extensions;
  }

  @Override
  protected void configure() {
    Multibinder<CustomMessageHandler> handlers =
        Multibinder.newSetBinder(binder(), CustomMessageHandler.class);
    extensions.handlers().forEach(handler -> handlers.addBinding().toInstance(handler));
    Multibinder<ConfigurationCheck> checks =
        Multibinder.newSetBinder(binder(), ConfigurationCheck.class);
    checks.addBinding().toInstance(new WellFormedYaml());
    checks.addBinding().toInstance(new CollectorPipelines());
    extensions.checks().forEach(check -> checks.addBinding().toInstance(check));
  }
}
