-- Keeps another form of one event of a dead letter beside it.
-- ARGV: dead letter, place of the event counted from 0, payload ("": the original again)
-- Returns 1, or -1 if there is no such letter, or 0 if it has no such event.
local events, edits = p .. 'dead_events:' .. ARGV[1], p .. 'dead_edits:' .. ARGV[1]
local length = redis.call('LLEN', events)
if length == 0 then return -1 end
if tonumber(ARGV[2]) >= length then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', edits, ARGV[2])
else
  redis.call('HSET', edits, ARGV[2], ARGV[3])
end
return 1
