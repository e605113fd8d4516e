package io.opamp4j.storage;

import com.google.inject.Module;
import java.util.List;

/**
 * A storage backend, found with {@link java.util.ServiceLoader} and chosen by its {@link #name()}
 * in the key {@code storage.type}. Third parties implement this interface and ship it in a jar.
 */
public interface StoragePlugin {

  /**
   * The value of {@code storage.type} that selects this backend: lower case, such as {@code h2}.
   */
  String name();

  /**
   * Every key this backend reads; they live under {@code storage.<name>.}. Empty if it needs none.
   */
  List<StorageSetting> settings();

  /**
   * Builds the Guice module that binds {@link Storage}, {@link AgentStore}, {@link DocumentStore},
   * {@link BlobStore} and {@link ChangeFeed}. Reads and checks the configuration but does no I/O:
   * that begins when the injector creates {@link Storage}.
   *
   * @param options the values of {@link #settings()}; bad values are reported there, not thrown
   */
  Module module(StorageOptions options);
}
