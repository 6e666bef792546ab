-- Remembers whom we were told to forget, and under which names they were known.
-- ARGV: ms to remember it, then the contacts
local key, ttl = p .. 'forgotten', tonumber(ARGV[1])
redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
for i = 2, #ARGV do
  redis.call('ZADD', key, now + ttl, ARGV[i])
  redis.call('PEXPIRE', p .. 'was:' .. ARGV[i], ttl)
end
redis.call('PEXPIRE', key, ttl)
return 1
