-- Says how it ended. ARGV: token, time to live ms, then three per thing: subject,
-- field, and one of
--   <id>       it exists now
--   ""         it was certainly not made: forget the announcement, if it is ours
--   gone <id>  it is no more: forget it, unless another was made meanwhile
local token, ttl = ARGV[1], tonumber(ARGV[2])
for i = 3, #ARGV, 3 do
  local key, field, ending = p .. 'made:' .. ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local entry = redis.call('HGET', key, field) or ''
  local gone = string.match(ending, '^gone (.*)$')
  if gone then
    if entry == 'made ' .. gone then redis.call('HDEL', key, field) end
  elseif ending == '' then
    if string.match(entry, '^open %d+ (%S+)$') == token then
      redis.call('HDEL', key, field)
    end
  else
    redis.call('HSET', key, field, 'made ' .. ending)
    keep(key, ttl)
  end
end
return redis.status_reply('OK')
