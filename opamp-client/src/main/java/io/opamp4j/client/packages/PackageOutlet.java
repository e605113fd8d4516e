package io.opamp4j.client.packages;

import io.opamp4j.proto.PackageStatuses;
import java.time.Instant;

/** What packages need of the client. Called from any thread; must return at once. */
public interface PackageOutlet {

  /** The server is to be told this. */
  void tell(PackageStatuses statuses);

  /** Runs this when the time has come; it returns at once. */
  void at(Instant time, Runnable action);

  /** The store failed; told once for failures in a row. */
  void storeFailed(String reason);
}
