package io.opamp4j.storage.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The scripts that Redis runs, each as one indivisible step. */
enum Script {
  /** Keys: records, uids, by-owner, owners. Arguments: uid, record, owner's member, repeated. */
  SAVE_AGENTS(
      """
      for i = 1, #ARGV, 3 do
        local uid, member = ARGV[i], ARGV[i + 2]
        redis.call('HSET', KEYS[1], uid, ARGV[i + 1])
        redis.call('ZADD', KEYS[2], 0, uid)
        local before = redis.call('HGET', KEYS[4], uid)
        if before ~= member then
          if before then redis.call('ZREM', KEYS[3], before) end
          if member ~= '' then
            redis.call('ZADD', KEYS[3], 0, member)
            redis.call('HSET', KEYS[4], uid, member)
          else
            redis.call('HDEL', KEYS[4], uid)
          end
        end
      end
      return 1
      """),
  /** Keys as above. Argument: uid. Gives the number of records removed. */
  REMOVE_AGENT(
      """
      local member = redis.call('HGET', KEYS[4], ARGV[1])
      if member then
        redis.call('ZREM', KEYS[3], member)
        redis.call('HDEL', KEYS[4], ARGV[1])
      end
      redis.call('ZREM', KEYS[2], ARGV[1])
      return redis.call('HDEL', KEYS[1], ARGV[1])
      """),
  /**
   * Keys: values, an index whose members end in the names of values. Arguments: from, to, limit,
   * how many bytes of a member are the name (0 for all). Gives names and values in turn.
   */
  LIST(
      """
      local found = {}
      local members = redis.call('ZRANGEBYLEX', KEYS[2], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
      for i, member in ipairs(members) do
        local name = string.sub(member, -tonumber(ARGV[4]))
        found[2 * i - 1] = name
        found[2 * i] = redis.call('HGET', KEYS[1], name)
      end
      return found
      """),
  /**
   * Keys: bodies, versions, ids. Arguments: id, version expected, next version, document, channel,
   * notice. Gives the version before.
   */
  PUT_DOCUMENT(
      """
      local current = redis.call('HGET', KEYS[2], ARGV[1]) or '0'
      if current == ARGV[2] then
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
        redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
        redis.call('ZADD', KEYS[3], 0, ARGV[1])
        redis.call('PUBLISH', ARGV[5], ARGV[6])
      end
      return current
      """),
  /** Keys as above. Arguments: id, version expected, channel, notice. Gives the version before. */
  REMOVE_DOCUMENT(
      """
      local current = redis.call('HGET', KEYS[2], ARGV[1]) or '0'
      if current == ARGV[2] then
        redis.call('HDEL', KEYS[1], ARGV[1])
        redis.call('HDEL', KEYS[2], ARGV[1])
        redis.call('ZREM', KEYS[3], ARGV[1])
        redis.call('PUBLISH', ARGV[3], ARGV[4])
      end
      return current
      """),
  /** Keys: index, uploads, hashes. Arguments: hash, entry, upload. Gives the entry that is kept. */
  KEEP_BLOB(
      """
      if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then
        redis.call('ZREM', KEYS[2], ARGV[3])
        redis.call('ZADD', KEYS[3], 0, ARGV[1])
      end
      return redis.call('HGET', KEYS[1], ARGV[1])
      """),
  /**
   * Keys as above. Argument: hash. Gives the entry that was there; its upload is left to delete.
   */
  REMOVE_BLOB(
      """
      local entry = redis.call('HGET', KEYS[1], ARGV[1])
      if entry then
        redis.call('HDEL', KEYS[1], ARGV[1])
        redis.call('ZREM', KEYS[3], ARGV[1])
        redis.call('ZADD', KEYS[2], 0, string.match(entry, '^[^ ]+'))
      end
      return entry
      """);

  private final String text;

  Script(String text) {
    this.text = text;
  }

  byte[] bytes() {
    return text.getBytes(UTF_8);
  }
}
