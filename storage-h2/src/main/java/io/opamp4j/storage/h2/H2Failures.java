package io.opamp4j.storage.h2;

import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.StorageException.Reason;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.Set;
import org.h2.api.ErrorCode;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/** What went wrong, in one line, and whether trying again can help. */
final class H2Failures {
  /** Lost races and a database that went away under us: a new connection opens it again. */
  private static final Set<Integer> PASSING =
      Set.of(
          ErrorCode.LOCK_TIMEOUT_1,
          ErrorCode.DEADLOCK_1,
          ErrorCode.CONCURRENT_UPDATE_1,
          ErrorCode.CONNECTION_BROKEN_1,
          ErrorCode.DATABASE_IS_CLOSED,
          ErrorCode.IO_EXCEPTION_1,
          ErrorCode.IO_EXCEPTION_2,
          ErrorCode.OUT_OF_MEMORY);

  /** Of Linux and macOS for the disk, a quota and a limit; of Windows. */
  private static final List<String> NO_ROOM =
      List.of(
          "No space left on device",
          "quota exceeded",
          "File too large",
          "not enough space on the disk");

  private H2Failures() {}

  /** Why the database could not be opened; never retryable. */
  static StorageException opening(String shownPath, SQLException e) {
    return switch (e.getErrorCode()) {
      case ErrorCode.DATABASE_ALREADY_OPEN_1 -> inUse(shownPath, e);
      case ErrorCode.FILE_CORRUPTED_1, ErrorCode.FILE_VERSION_ERROR_1 ->
          new StorageException(
              "the H2 database at "
                  + shownPath
                  + " is damaged or was not written by this version of H2: "
                  + firstLine(e),
              false,
              e);
      default ->
          new StorageException(
              "cannot open the H2 database at " + shownPath + ": " + firstLine(e), false, e);
    };
  }

  static StorageException inUse(String shownPath, @Nullable Throwable cause) {
    return new StorageException(
        "the H2 database at " + shownPath + " is in use by another process", false, cause);
  }

  /** Why a call on the open database failed. */
  static StorageException working(SQLException e) {
    if (isFull(e)) {
      return new StorageException("the disk of the H2 database is full", Reason.FULL, e);
    }
    return new StorageException("the H2 database failed: " + firstLine(e), isPassing(e), e);
  }

  /** Why a file could not be read or written; a full disk may have room again. */
  static StorageException file(String what, IOException e) {
    return new StorageException(
        "cannot " + what + ": " + reason(e), isFull(e) ? Reason.FULL : Reason.UNAVAILABLE, e);
  }

  /** By what operating systems say; there is no exception of its own for it. */
  private static boolean isFull(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage() == null ? "" : cause.getMessage();
      if (cause instanceof IOException && NO_ROOM.stream().anyMatch(message::contains)) {
        return true;
      }
    }
    return false;
  }

  /** Words instead of the bare path that most file system exceptions carry. */
  static String reason(IOException e) {
    if (e instanceof FileSystemException failure) {
      String file = failure.getFile();
      if (failure instanceof AccessDeniedException) {
        return "no permission for " + file;
      }
      if (failure instanceof NoSuchFileException) {
        return file + " does not exist";
      }
      if (failure instanceof FileAlreadyExistsException) {
        return file + " is not a directory";
      }
      if (failure.getReason() != null) {
        return file + ": " + failure.getReason();
      }
    }
    return firstLine(e);
  }

  /** Whether H2 has given the database up, as it does when a write to the file fails. */
  static boolean closesTheDatabase(SQLException e) {
    if (e.getErrorCode() == ErrorCode.DATABASE_IS_CLOSED) {
      return true;
    }
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof MVStoreException) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPassing(SQLException e) {
    if (e instanceof SQLTransientException || PASSING.contains(e.getErrorCode())) {
      return true;
    }
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException) {
        return true;
      }
    }
    return false;
  }

  private static String firstLine(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
  }
}
