-- Says how it ended. ARGV: token, time to live ms, then three per thing: subject,
-- field, id ("" = it was certainly not made, or is no more: forget it).
local token, ttl = ARGV[1], tonumber(ARGV[2])
for i = 3, #ARGV, 3 do
  local key, field, id = p .. 'made:' .. ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if id ~= '' then
    redis.call('HSET', key, field, 'made ' .. id)
    keep(key, ttl)
  else
    local entry = redis.call('HGET', key, field) or ''
    local ours = string.sub(entry, 1, 5) == 'made ' or string.match(entry, ' (%S+)$') == token
    if ours then redis.call('HDEL', key, field) end
  end
end
return redis.status_reply('OK')
