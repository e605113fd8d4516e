package io.opamp4j.storage.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The scripts that Redis runs, each as one indivisible step. */
enum Script {
  /**
   * Keys: records, uids, by-owner, owners, terms, last change, changes, removed. Arguments: uid,
   * record, owner's member, term in 19 digits, repeated. Gives the uids whose records were left.
   */
  SAVE_AGENTS(
      """
      local left = {}
      for i = 1, #ARGV, 4 do
        local uid, member, term = ARGV[i], ARGV[i + 2], ARGV[i + 3]
        local owner = redis.call('HGET', KEYS[4], uid) or ''
        local known = redis.call('HGET', KEYS[5], uid) or string.rep('0', 19)
        if redis.call('HEXISTS', KEYS[1], uid) == 0 or term > known
            or (term == known and member == owner) then
          redis.call('HSET', KEYS[1], uid, ARGV[i + 1])
          redis.call('HSET', KEYS[5], uid, term)
          redis.call('ZADD', KEYS[2], 0, uid)
          if owner ~= member then
            if owner ~= '' then redis.call('ZREM', KEYS[3], owner) end
            if member ~= '' then
              redis.call('ZADD', KEYS[3], 0, member)
              redis.call('HSET', KEYS[4], uid, member)
            else
              redis.call('HDEL', KEYS[4], uid)
            end
          end
          redis.call('ZADD', KEYS[7], redis.call('INCR', KEYS[6]), uid)
          redis.call('ZREM', KEYS[8], uid)
        else
          left[#left + 1] = uid
        end
      end
      return left
      """),
  /**
   * Keys as above. Arguments: uid, how many removals to remember. Gives the number of records
   * removed.
   */
  REMOVE_AGENT(
      """
      local uid = ARGV[1]
      local member = redis.call('HGET', KEYS[4], uid)
      if member then
        redis.call('ZREM', KEYS[3], member)
        redis.call('HDEL', KEYS[4], uid)
      end
      redis.call('HDEL', KEYS[5], uid)
      redis.call('ZREM', KEYS[2], uid)
      if redis.call('HDEL', KEYS[1], uid) == 0 then return 0 end
      local number = redis.call('INCR', KEYS[6])
      redis.call('ZADD', KEYS[7], number, uid)
      redis.call('ZADD', KEYS[8], number, uid)
      while redis.call('ZCARD', KEYS[8]) > tonumber(ARGV[2]) do
        redis.call('ZREM', KEYS[7], redis.call('ZPOPMIN', KEYS[8])[1])
      end
      return 1
      """),
  /**
   * Keys: records, last change, changes. Arguments: the change to begin after, limit. Gives uids,
   * numbers of their changes and records in turn.
   */
  CHANGED_AGENTS(
      """
      local since = ARGV[1]
      if tonumber(since) > tonumber(redis.call('GET', KEYS[2]) or '0') then since = '0' end
      local found = redis.call(
        'ZRANGEBYSCORE', KEYS[3], '(' .. since, '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
      local told = {}
      for i = 1, #found, 2 do
        told[#told + 1] = found[i]
        told[#told + 1] = found[i + 1]
        told[#told + 1] = redis.call('HGET', KEYS[1], found[i])
      end
      return told
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
