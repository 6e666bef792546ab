-- Learns from the headers of one answer what HubSpot allows and what other apps use.
--
-- KEYS
--   1 allowance  string  X-HubSpot-RateLimit-Max as last seen; lives a day
--   2 foreign    hash    bucket0, most0, bucket1, most1: the most that other apps used,
--                        by half windows, in turn; lives one window
--   3 calls      list    when our calls were granted (written by acquire.lua)
-- ARGV
--   1 X-HubSpot-RateLimit-Max
--   2 calls of everybody in the window: Max - Remaining
--   3 length of the window in seconds
--   4 how many foreign calls are too few to mean anything

local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local window = tonumber(ARGV[3])

redis.call('SET', KEYS[1], ARGV[1], 'EX', 86400)

local ours = 0
for _, granted_at in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
  if tonumber(granted_at) > now - window then ours = ours + 1 end
end
local foreign = tonumber(ARGV[2]) - ours
if foreign <= tonumber(ARGV[4]) then foreign = 0 end

local bucket = math.floor(now / (window / 2))
local turn = bucket % 2
local seen = redis.call('HMGET', KEYS[2], 'bucket' .. turn, 'most' .. turn)
if tonumber(seen[1] or -1) == bucket then
  foreign = math.max(foreign, tonumber(seen[2]))
end
if foreign > 0 then
  redis.call('HSET', KEYS[2],
    'bucket' .. turn, string.format('%.0f', bucket), 'most' .. turn, foreign)
  redis.call('PEXPIRE', KEYS[2], math.ceil(window * 1000))
end
