package io.opamp4j.storage.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The scripts that Redis runs, each as one indivisible step. */
enum Script {
  /**
   * Keys: {@link Keys#agents()}. Arguments: how many sections follow, hash and bytes of each; then,
   * repeated, uid, record, owner's member, term in 19 digits, references to sections. If a section
   * that is referred to is neither there nor brought, nothing is done and {@code 0} and the hashes
   * of those are given; else {@code 1} and the uids whose records were left.
   */
  SAVE_AGENTS(
      """
      local answer, first, changed = {'0'}, 2 + 2 * tonumber(ARGV[1]), {}
      local brought = {}
      for i = 2, first - 1, 2 do brought[ARGV[i]] = ARGV[i + 1] end
      for i = first, #ARGV, 5 do
        local references = ARGV[i + 4]
        for at = 2, #references, 33 do
          local hash = string.sub(references, at, at + 31)
          if not brought[hash] and redis.call('HEXISTS', KEYS[10], hash) == 0 then
            answer[#answer + 1] = hash
          end
        end
      end
      if #answer > 1 then return answer end
      local function count(references, by)
        for at = 2, #references, 33 do
          local hash = string.sub(references, at, at + 31)
          changed[hash] = (changed[hash] or 0) + by
        end
      end
      answer[1] = '1'
      for hash, content in pairs(brought) do
        redis.call('HSET', KEYS[10], hash, content)
        changed[hash] = 0
      end
      for i = first, #ARGV, 5 do
        local uid, member, term, references = ARGV[i], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
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
          local before = redis.call('HGET', KEYS[9], uid) or ''
          if before ~= references then
            count(before, -1)
            count(references, 1)
            if references ~= '' then
              redis.call('HSET', KEYS[9], uid, references)
            else
              redis.call('HDEL', KEYS[9], uid)
            end
          end
          redis.call('ZADD', KEYS[7], redis.call('INCR', KEYS[6]), uid)
          redis.call('ZREM', KEYS[8], uid)
        else
          answer[#answer + 1] = uid
        end
      end
      for hash, by in pairs(changed) do
        if redis.call('HINCRBY', KEYS[11], hash, by) <= 0 then
          redis.call('HDEL', KEYS[10], hash)
          redis.call('HDEL', KEYS[11], hash)
        end
      end
      return answer
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
      local references = redis.call('HGET', KEYS[9], uid) or ''
      for at = 2, #references, 33 do
        local hash = string.sub(references, at, at + 31)
        if redis.call('HINCRBY', KEYS[11], hash, -1) <= 0 then
          redis.call('HDEL', KEYS[10], hash)
          redis.call('HDEL', KEYS[11], hash)
        end
      end
      redis.call('HDEL', KEYS[9], uid)
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
   * Keys: records, references, sections, and an index whose members end in uids. Arguments: from,
   * to, limit, how many bytes of a member are the uid (0 for all). Gives uids and records in turn;
   * and hashes and bytes of all their sections in turn.
   */
  LIST_AGENTS(
      Sections.SCRIPT
          + """
          local found = {}
          local members = redis.call('ZRANGEBYLEX', KEYS[4], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
          for i, member in ipairs(members) do
            local uid = string.sub(member, -tonumber(ARGV[4]))
            found[2 * i - 1] = uid
            found[2 * i] = redis.call('HGET', KEYS[1], uid)
            gather(uid)
          end
          return {found, sections}
          """),
  /** Keys: records, references, sections. Argument: uid. Gives the same of one agent. */
  FIND_AGENT(
      Sections.SCRIPT
          + """
          local found = {ARGV[1], redis.call('HGET', KEYS[1], ARGV[1])}
          gather(ARGV[1])
          return {found, sections}
          """),
  /**
   * Keys: records, references, sections, last change, changes. Arguments: the change to begin
   * after, limit. Gives uids, numbers of their changes and records in turn; and the sections.
   */
  CHANGED_AGENTS(
      Sections.SCRIPT
          + """
          local since = ARGV[1]
          if tonumber(since) > tonumber(redis.call('GET', KEYS[4]) or '0') then since = '0' end
          local found = redis.call(
            'ZRANGEBYSCORE', KEYS[5], '(' .. since, '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
          local told = {}
          for i = 1, #found, 2 do
            told[#told + 1] = found[i]
            told[#told + 1] = found[i + 1]
            told[#told + 1] = redis.call('HGET', KEYS[1], found[i])
            gather(found[i])
          end
          return {told, sections}
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

  /** A holder, because an enum's constants come before its fields. */
  private static final class Sections {
    /** Gathers the sections that an agent refers to, each once; in one step with its record. */
    static final String SCRIPT =
        """
        local sections, gathered = {}, {}
        local function gather(uid)
          local references = redis.call('HGET', KEYS[2], uid) or ''
          for at = 2, #references, 33 do
            local hash = string.sub(references, at, at + 31)
            if not gathered[hash] then
              gathered[hash] = true
              local content = redis.call('HGET', KEYS[3], hash)
              if content then
                sections[#sections + 1] = hash
                sections[#sections + 1] = content
              end
            end
          end
        end
        """;
  }
}
