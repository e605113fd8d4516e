package io.opamp4j.storage.h2;

import java.sql.Connection;
import java.sql.SQLException;

/** Something to do with a connection, which the callee must not commit, keep or close. */
@FunctionalInterface
interface SqlWork<T> {
  T on(Connection connection) throws SQLException;
}
