-- Counts what is really there, beside the books. Reads only.
-- ARGV: most contacts and dead letters to count; with more, the store would be busy
--       with this for too long
-- Returns {the books, {waiting, working, dead, broken}}, or {the books} with too many;
-- broken is the number of contacts that stand in a queue without their events.
local books = redis.call('HGETALL', p .. 'counts')
local size = 0
for _, place in ipairs({'live', 'bulk', 'suspect', 'leased', 'dead'}) do
  size = size + redis.call('ZCARD', p .. place)
end
if size > tonumber(ARGV[1]) then return {books} end

local waiting, working, dead, broken = 0, 0, 0, 0
for _, place in ipairs({'live', 'bulk', 'suspect', 'leased'}) do
  for _, contact in ipairs(redis.call('ZRANGE', p .. place, 0, -1)) do
    local events = redis.call('LLEN', events_of(contact))
    local taken = 0
    if place == 'leased' then
      taken = number(redis.call('HGET', state_of(contact), 'taken'))
    end
    if events == 0 or taken > events then broken = broken + 1 end
    working = working + taken
    waiting = waiting + events - taken
  end
end
for _, id in ipairs(redis.call('ZRANGE', p .. 'dead', 0, -1)) do
  dead = dead + redis.call('LLEN', p .. 'dead_events:' .. id)
end
return {books, {waiting, working, dead, broken}}
