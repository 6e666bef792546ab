-- Notes down what a portal suffers from, and since when; the same again has the same
-- beginning.
-- ARGV: where ("illness", or "complaint"), kind, reason, failed checks to add, after how
--       many ms without another note it is forgotten (0: never)
-- Returns {1 if it is new, failed checks so far, for how long it has lasted in ms}.
local key, kind, ttl = p .. ARGV[1], ARGV[2], tonumber(ARGV[5])
local new = redis.call('HGET', key, 'kind') ~= kind
if new then
  redis.call('DEL', key)
  redis.call('HSET', key, 'kind', kind, 'since', now)
end
redis.call('HSET', key, 'reason', ARGV[3])
local checks = redis.call('HINCRBY', key, 'checks', ARGV[4])
if ttl > 0 then redis.call('PEXPIRE', key, ttl) end
return {new and 1 or 0, checks, now - number(redis.call('HGET', key, 'since'))}
