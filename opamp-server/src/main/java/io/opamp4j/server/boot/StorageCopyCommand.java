package io.opamp4j.server.boot;

import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import io.opamp4j.server.ServerStartException;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.BlobStore;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Storage;
import io.opamp4j.storage.StorageCopy;
import io.opamp4j.storage.StorageException;
import java.io.PrintStream;

/** {@code opamp-server storage copy}: opens both backends, copies, closes both. */
final class StorageCopyCommand {
  private StorageCopyCommand() {}

  /**
   * @throws ServerStartException if a backend cannot be opened, or the copy cannot be completed
   */
  static void run(Module from, Module to, boolean overwrite, PrintStream out) {
    try (Opened source = open(from);
        Opened target = open(to)) {
      out.println("copying from " + source.description() + " to " + target.description());
      StorageCopy copy = new StorageCopy(source.stores(), target.stores(), out::println);
      copy.run(overwrite);
      out.println("done: everything is there and equal");
    } catch (StorageException e) {
      throw new ServerStartException(
          ServerStartException.Reason.STORAGE, "storage copy: " + e.getMessage(), e);
    }
  }

  private static Opened open(Module module) {
    try {
      return new Opened(
          Guice.createInjector(
              Stage.DEVELOPMENT, binder -> binder.requireExplicitBindings(), module));
    } catch (CreationException | ProvisionException e) {
      if (e.getCause() instanceof StorageException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** One opened backend. */
  private static final class Opened implements AutoCloseable {
    private final Injector injector;
    private final Storage storage;

    Opened(Injector injector) {
      this.injector = injector;
      this.storage = injector.getInstance(Storage.class);
    }

    String description() {
      return storage.description();
    }

    StorageCopy.Stores stores() {
      return new StorageCopy.Stores(
          injector.getInstance(AgentStore.class),
          injector.getInstance(DocumentStore.class),
          injector.getInstance(BlobStore.class));
    }

    @Override
    public void close() {
      storage.close();
    }
  }
}
