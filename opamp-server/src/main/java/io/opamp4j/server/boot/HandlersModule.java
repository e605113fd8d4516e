package io.opamp4j.server.boot;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import io.opamp4j.server.CustomMessageHandler;
import java.util.Set;

/** Binds the handlers of custom messages that were found and given. */
final class HandlersModule extends AbstractModule {
  private final Set<CustomMessageHandler> handlers;

  HandlersModule(Set<CustomMessageHandler> handlers) {
    this.handlers = handlers;
  }

  @Override
  protected void configure() {
    Multibinder<CustomMessageHandler> binder =
        Multibinder.newSetBinder(binder(), CustomMessageHandler.class);
    handlers.forEach(handler -> binder.addBinding().toInstance(handler));
  }
}
