-- Takes a dead letter in that was exported, once.
-- ARGV: the id it had, its new id, when it was buried (ms), contact,
--       how many fields it has, name and text of each, how many events, the events,
--       then two per edited event: place, payload
-- Returns the number of events, or 0 if the letter is here already.
local old, id, buried_at, contact = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local function is_here(name)
  local key = p .. 'dead_letter:' .. name
  return redis.call('HGET', key, 'contact') == contact
    and redis.call('HGET', key, 'buried_at') == buried_at
end

if is_here(old) or is_here(id) then return 0 end
local at = 6
for i = 1, tonumber(ARGV[5]) do
  redis.call('HSET', p .. 'dead_letter:' .. id, ARGV[at], ARGV[at + 1])
  at = at + 2
end
redis.call('HSET', p .. 'dead_letter:' .. id, 'contact', contact, 'buried_at', buried_at)
local events = tonumber(ARGV[at])
for i = at + 1, at + events do
  redis.call('RPUSH', p .. 'dead_events:' .. id, ARGV[i])
end
for i = at + events + 1, #ARGV, 2 do
  redis.call('HSET', p .. 'dead_edits:' .. id, ARGV[i], ARGV[i + 1])
end
redis.call('ZADD', p .. 'dead', buried_at, id)
redis.call('SADD', p .. 'dead_of:' .. contact, id)
count('accepted', events)
count('dead', events)
count('imported', events)
return events
