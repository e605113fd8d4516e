package io.opamp4j.client.packages;

import io.opamp4j.core.ContentHash;
import io.opamp4j.proto.PackageMemory;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps packages and what is known of them. Files go by their content, so that no name a server
 * thinks up is ever part of a path. To be implemented by applications that do not want {@link
 * FilePackageStore}; one store belongs to one client.
 *
 * <p>{@link #load} is called first, by the thread that builds the client, and again if it failed.
 * Files are handled by one thread at a time, and so is the memory; {@link #save} may come while a
 * file does. All may block for as long as a disk takes.
 */
public interface PackageStore extends Closeable {

  /**
   * Takes the store into use.
   *
   * @return what was saved last; the default instance if nothing was
   * @throws IOException if it is in use already or cannot be read
   */
  PackageMemory load() throws IOException;

  /**
   * Replaces what was saved before. When this returns, the new memory survives a crash; if it does
   * not return, the old one does.
   */
  void save(PackageMemory memory) throws IOException;

  /** The whole file with this content; empty if it is not here. */
  Optional<Path> find(ContentHash content);

  /** The file with this content that is to come, with what has come of it so far. */
  Incoming incoming(ContentHash content) throws IOException;

  /**
   * Deletes the files, whole or in part, that came through this store, but these. Whatever else is
   * in the place is left alone.
   */
  void keepOnly(Set<ContentHash> contents) throws IOException;

  /** Gives the store free for others. */
  @Override
  void close();

  /** A file that is coming. What has come survives a crash in part or in whole. */
  interface Incoming extends Closeable {

    /** How much has come. */
    long size();

    /** Adds all that is in the buffer. */
    void append(ByteBuffer bytes) throws IOException;

    /** Begins anew, from nothing. */
    void restart() throws IOException;

    /** What has come, from its beginning. */
    InputStream read() throws IOException;

    /** All has come, and is right. When this returns, the file survives a crash. */
    void complete() throws IOException;

    @Override
    void close() throws IOException;
  }
}
