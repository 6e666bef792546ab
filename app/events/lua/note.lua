-- Notes down what is known of contacts for a while. ARGV: kind, time to live ms, then
-- per contact: contact, how many notes, and two per note: name, note
local MOST_AT_ONCE = 2000  -- Lua's stack has an end
local i = 3
while i <= #ARGV do
  local key, last = p .. ARGV[1] .. ':' .. ARGV[i], i + 1 + 2 * tonumber(ARGV[i + 1])
  for at = i + 2, last, MOST_AT_ONCE do
    redis.call('HSET', key, unpack(ARGV, at, math.min(at + MOST_AT_ONCE - 1, last)))
  end
  redis.call('PEXPIRE', key, ARGV[2])
  i = last + 1
end
return redis.status_reply('OK')
