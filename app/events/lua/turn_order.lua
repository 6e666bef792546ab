-- Changes an order, if it still stands where the caller thinks.
-- ARGV: order, the states it may be in now (with spaces), then fields and values
-- Returns 1, or 0 if somebody else was quicker.
local key = p .. 'order:' .. ARGV[1]
local state = redis.call('HGET', key, 'state')
if not state or not string.find(' ' .. ARGV[2] .. ' ', ' ' .. state .. ' ', 1, true) then
  return 0
end
redis.call('HSET', key, 'touched_at', now, unpack(ARGV, 3))
return 1
