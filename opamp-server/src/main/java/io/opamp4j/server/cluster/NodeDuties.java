package io.opamp4j.server.cluster;

import java.time.Instant;

/** What a node does for its agents, as far as the cluster cares. Thread-safe; does not block. */
public interface NodeDuties {

  /** What there is to do. Asked by one thread at a time. */
  NodeLoad load(Instant now);

  /** Has so many WebSockets closed, bit by bit; their agents will look for another node. */
  void shed(int connections);
}
