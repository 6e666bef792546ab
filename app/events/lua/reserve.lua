-- Announces that things are about to be made, so that each is made once.
-- ARGV: token, time to live ms, grace ms, then two per thing: subject, field
-- Returns one of these per thing: "yours", "yours again" (never ended before),
-- "made <id>", or "busy <ms left>": somebody
-- is at it. Who never said how it ended loses it when the grace is over.
local token, ttl, grace = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local reply = {}
for i = 4, #ARGV, 2 do
  local key, field = p .. 'made:' .. ARGV[i], ARGV[i + 1]
  local entry = redis.call('HGET', key, field) or ''
  local since = tonumber(string.match(entry, '^open (%d+)') or 0)
  local answer = 'yours'
  if string.sub(entry, 1, 5) == 'made ' then
    answer = entry
  elseif since + grace > now and string.match(entry, ' (%S+)$') ~= token then
    answer = 'busy ' .. (since + grace - now)
  else
    if entry ~= '' then answer = 'yours again' end
    redis.call('HSET', key, field, 'open ' .. now .. ' ' .. token)
    keep(key, ttl)
  end
  reply[#reply + 1] = answer
end
return reply
