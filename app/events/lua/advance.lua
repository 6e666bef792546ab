-- Writes down how far a sweep over contacts is, if it is still in this hand.
-- ARGV: name of the sweep, hand, then a field and its value, and so on
-- Returns 1, or 0 if somebody else has taken it over, or it is there no more.
local key = p .. 'sweep:' .. ARGV[1]
if redis.call('HGET', key, 'hand') ~= ARGV[2] then return 0 end
redis.call('HSET', key, 'moved_at', string.format('%.3f', now / 1000), unpack(ARGV, 3))
return 1
