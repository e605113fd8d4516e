package io.opamp4j.storage.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import redis.clients.jedis.Jedis;

/**
 * Makes a cluster of fresh servers: shares the slots out, introduces them, waits until they agree.
 */
final class ClusterOfMasters {
  private static final int SLOTS = 16_384;
  private static final int PATIENCE_SECONDS = 30;

  private ClusterOfMasters() {}

  static void join(List<Integer> ports) {
    List<Jedis> masters = new ArrayList<>();
    try {
      ports.forEach(port -> masters.add(new Jedis("127.0.0.1", port)));
      int share = SLOTS / masters.size() + 1;
      for (int i = 0; i < masters.size(); i++) {
        int from = i * share;
        masters
            .get(i)
            .clusterAddSlots(IntStream.range(from, Math.min(SLOTS, from + share)).toArray());
        masters.get(0).clusterMeet("127.0.0.1", ports.get(i));
      }
      long deadline = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
      while (!masters.stream().allMatch(master -> agrees(master, ports.size()))) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("the cluster did not form");
        }
        Thread.onSpinWait();
      }
    } finally {
      masters.forEach(Jedis::close);
    }
  }

  private static boolean agrees(Jedis master, int size) {
    String info = master.clusterInfo();
    return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + size);
  }
}
