package io.opamp4j.client.loop;

import io.opamp4j.core.client.Notice;
import io.opamp4j.proto.ClientMemory;

/** Where a loop's results go. Called on the loop's thread; must not throw. */
public interface Outlet {

  /** Keeps this for a restart, before the step it belongs to is carried out; may block. */
  void keep(ClientMemory memory);

  /** A fact for the application; must return at once. */
  void notice(Notice notice);
}
