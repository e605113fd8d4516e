package io.opamp4j.server.boot;

import com.google.inject.spi.ProvisionListener;
import io.opamp4j.storage.Storage;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers the storage that the injector opens, because when a later part of the graph fails there
 * is no injector to ask for it, and an open storage keeps its lock.
 */
final class OpenedStorages implements ProvisionListener {
  private static final Logger log = LoggerFactory.getLogger(OpenedStorages.class);

  private final Queue<Storage> opened = new ConcurrentLinkedQueue<>();

  @Override
  public <T> void onProvision(ProvisionInvocation<T> provision) {
    if (provision.provision() instanceof Storage storage) {
      opened.add(storage);
    }
  }

  void closeAll() {
    for (Storage storage = opened.poll(); storage != null; storage = opened.poll()) {
      try {
        storage.close();
      } catch (RuntimeException e) {
        log.warn("the storage did not close cleanly", e);
      }
    }
  }
}
