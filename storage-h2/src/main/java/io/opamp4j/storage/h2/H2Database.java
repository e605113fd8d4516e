package io.opamp4j.storage.h2;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.opamp4j.storage.Storage.Check;
import io.opamp4j.storage.StorageException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The opened database file: the lock that keeps others out, the pool of connections, and the rules
 * of when a write counts as done. Thread-safe.
 */
final class H2Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(H2Database.class);
  private static final Duration POOL_PATIENCE = Duration.ofSeconds(10);

  /**
   * Rows up to this size, in bytes, carry their BLOBs with them; it is also H2's VARBINARY limit.
   */
  static final int MAX_INLINE = 1 << 20;

  private final H2Settings settings;
  private final PathLock lock;
  private final HikariDataSource pool;
  private final DiskSpace space;
  private final Object writing = new Object();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Whether the last write that ended did so because there was no room. */
  private volatile boolean wasFull;

  private H2Database(H2Settings settings, PathLock lock, HikariDataSource pool, DiskSpace space) {
    this.settings = settings;
    this.lock = lock;
    this.pool = pool;
    this.space = space;
  }

  /**
   * Opens or creates the database and brings its schema up to date.
   *
   * @throws StorageException not retryable, with a line that says what to do about it
   */
  static H2Database open(H2Settings settings) {
    return open(settings, new Migrations(Migration.released()));
  }

  static H2Database open(H2Settings settings, Migrations migrations) {
    return open(settings, migrations, DiskSpace.of(settings));
  }

  static H2Database open(H2Settings settings, Migrations migrations, DiskSpace space) {
    PathLock lock = PathLock.take(settings);
    // Held until the pool has a connection of its own: H2 closes a database that nobody uses. And
    // the pool, unlike this connection, would log a failure with all its stack.
    try (Connection first = dataSource(settings).getConnection()) {
      try (Statement statement = first.createStatement()) {
        statement.execute("SET MAX_LENGTH_INPLACE_LOB " + MAX_INLINE);
      }
      migrations.apply(first);
      FileBlobStore.prepare(settings.blobDirectory());
      checkpoint(first);
      H2Database database = new H2Database(settings, lock, pool(settings), space);
      LOG.info("opened {}", database.description());
      return database;
    } catch (SQLException e) {
      release(lock);
      throw H2Failures.opening(settings.shownPath(), e);
    } catch (RuntimeException | Error e) {
      release(lock);
      throw e;
    }
  }

  String description() {
    return "h2 at " + settings.shownPath();
  }

  /**
   * Writes in one transaction that survives the death of this process: when this returns, the
   * operating system has it.
   *
   * <p>Writers take turns. H2 stores with each commit what other transactions have done so far, and
   * a kill then can leave half of them behind, however it means to roll them back.
   */
  <T> T writing(SqlWork<T> work) {
    synchronized (writing) {
      return inTransaction(work);
    }
  }

  /** Reads in one transaction. */
  <T> T inTransaction(SqlWork<T> work) {
    return call(
        connection -> {
          T result = work.on(connection);
          connection.commit();
          return result;
        });
  }

  /** Reads in one transaction of which all statements see the same. */
  <T> T inSnapshot(SqlWork<T> work) {
    return inTransaction(
        connection -> {
          // The pool sets it back.
          connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
          return work.on(connection);
        });
  }

  /** Writes like {@link #writing}; what is written survives the death of the machine, too. */
  <T> T durably(SqlWork<T> work) {
    synchronized (writing) {
      return call(
          connection -> {
            T result = work.on(connection);
            connection.commit();
            checkpoint(connection);
            wasFull = false;
            return result;
          });
    }
  }

  /**
   * To be asked before anything is added.
   *
   * @throws StorageException if there is no room
   */
  void requireRoom() {
    requireOpen();
    space.require();
  }

  Check check() {
    Optional<String> shortage = space.shortage();
    if (!closed.get() && shortage.isPresent()) {
      return Check.failed(shortage.get());
    }
    try {
      if (wasFull) {
        // Reading says nothing of room: write what is there already.
        durably(
            connection -> {
              try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate("UPDATE schema_history SET name = name");
              }
            });
      }
      return inTransaction(
          connection -> {
            try (Statement statement = connection.createStatement()) {
              statement.executeQuery("SELECT 1 FROM schema_history FETCH FIRST ROW ONLY").close();
              return Check.OK;
            }
          });
    } catch (StorageException e) {
      return Check.failed(String.valueOf(e.getMessage()));
    }
  }

  void requireOpen() {
    if (closed.get()) {
      throw closedFailure(null);
    }
  }

  /** Closes the connections; H2 then writes what is pending and compacts for up to 200 ms. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      pool.close();
      release(lock);
      LOG.info("closed {}", description());
    }
  }

  private <T> T call(SqlWork<T> work) {
    requireOpen();
    try (Connection connection = pool.getConnection()) {
      try {
        return work.on(connection);
      } catch (SQLException | RuntimeException | Error e) {
        rollBack(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      if (closed.get()) {
        throw closedFailure(e);
      }
      if (H2Failures.closesTheDatabase(e)) {
        // Every connection is as dead as this one; the next that is made opens the file again.
        pool.getHikariPoolMXBean().softEvictConnections();
      }
      StorageException failure = H2Failures.working(e);
      if (failure.reason() == StorageException.Reason.FULL) {
        wasFull = true;
      }
      throw failure;
    }
  }

  private static void rollBack(Connection connection, Throwable why) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      why.addSuppressed(e);
    }
  }

  private StorageException closedFailure(@Nullable Throwable cause) {
    return new StorageException("the " + description() + " is closed", false, cause);
  }

  private static void checkpoint(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CHECKPOINT SYNC");
    }
  }

  private static void release(PathLock lock) {
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("the lock of the database was not released: {}", e.getMessage());
    }
  }

  private static HikariDataSource pool(H2Settings settings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("h2");
    config.setDataSource(dataSource(settings));
    config.setMaximumPoolSize(settings.poolSize());
    config.setMinimumIdle(1);
    config.setAutoCommit(false);
    config.setConnectionTimeout(POOL_PATIENCE.toMillis());
    // The database is in this process: nothing between us ever drops a connection that is old.
    config.setMaxLifetime(0);
    return new HikariDataSource(config);
  }

  /**
   * What H2 is told.
   *
   * <ul>
   *   <li>{@link NewestChunkFiles} because a kill would lose commits.
   *   <li>{@code async:} because with the default file system an interrupted thread closes the
   *       database's file under everybody.
   *   <li>{@code WRITE_DELAY=0}: each commit is handed to the operating system before it returns,
   *       by the committing thread. With a delay, a background thread writes, and not even {@code
   *       CHECKPOINT SYNC} waits for what that thread has begun.
   *   <li>no trace file, and no hook that closes the database before the server has drained.
   * </ul>
   */
  private static JdbcDataSource dataSource(H2Settings settings) {
    NewestChunkFiles.register();
    JdbcDataSource source = new JdbcDataSource();
    source.setURL(
        "jdbc:h2:"
            + NewestChunkFiles.SCHEME
            + ":async:"
            + settings.path()
            + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE"
            + ";TRACE_LEVEL_FILE=0;TRACE_LEVEL_SYSTEM_OUT=0");
    source.setUser("opamp");
    source.setPassword("");
    return source;
  }
}
