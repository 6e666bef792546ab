-- Grants one call, or says how long to wait. Time is the store's own.
--
-- KEYS
--   1 pause          string  why the whole portal stands still; lives as long as it does
--   2 pause:<family> string  why this family of calls stands still; likewise
--   3 allowance      string  X-HubSpot-RateLimit-Max as last seen; lives a day
--   4 foreign        hash    bucket0, most0, bucket1, most1: what other apps use, by
--                            half windows; lives one window (written by observe.lua)
--   5 daily          string  calls granted since midnight UTC; lives until midnight
--   6... windows     list    when calls were granted, epoch seconds, oldest first;
--                            each lives one window (all keys: hk:{<portal>}:rate:...)
-- ARGV
--   1 share of every limit that this lane must leave free, e.g. "0.05"
--   2 calls per day, 0 = no limit
--   3 "1" if the allowance that HubSpot tells may exceed the plan
--   4... for every window: its name, its limit, its length in seconds
-- Returns {granted, wait in ms, why, allowance told or 0, ours, foreign}

local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000

local function foreign(window)
  local seen = redis.call('HMGET', KEYS[4], 'bucket0', 'most0', 'bucket1', 'most1')
  local eldest = math.floor(now / (window / 2)) - 1
  local most = 0
  for i = 1, 3, 2 do
    if tonumber(seen[i] or -1) >= eldest then
      most = math.max(most, tonumber(seen[i + 1]))
    end
  end
  return most
end

-- Forgets what has left the window; returns how many calls are in it.
local function used(key, window)
  local head = redis.call('LINDEX', key, 0)
  while head and tonumber(head) <= now - window do
    redis.call('LPOP', key)
    head = redis.call('LINDEX', key, 0)
  end
  if head and tonumber(head) > now then
    -- Even the oldest call lies ahead: the store's clock was set back.
    redis.call('DEL', key)
    return 0
  end
  return redis.call('LLEN', key)
end

for i = 1, 2 do
  local left = redis.call('PTTL', KEYS[i])
  if left > 0 then
    return {0, left, redis.call('GET', KEYS[i]), 0, 0, 0}
  end
end

local told = tonumber(redis.call('GET', KEYS[3]) or 0)
local wait, why, ours, others = 0, '', 0, 0
for i = 6, #KEYS do
  local at = 4 + (i - 6) * 3
  local name, limit, window = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local count = used(KEYS[i], window)
  if name == 'calls' then
    if told > 0 and (told < limit or ARGV[3] == '1') then limit = told end
    ours, others = count, foreign(window)
  end
  local free = limit - math.floor(limit * tonumber(ARGV[1]))
  if name == 'calls' then
    -- They are seen only after they have called: a tenth more stays free for them, or
    -- every window ends in a few 429, theirs and ours.
    free = free - others - math.ceil(others / 10)
  end
  -- One call per window goes out whatever others do; its answer tells whether it is over.
  free = math.max(free, 1)
  if count >= free then
    local until_free = tonumber(redis.call('LINDEX', KEYS[i], count - free)) + window - now
    if until_free > wait then wait, why = until_free, name end
  end
end

local daily = tonumber(ARGV[2])
if daily > 0 and tonumber(redis.call('GET', KEYS[5]) or 0) >= daily then
  wait, why = math.max(wait, 86400 - now % 86400), 'daily'
end
if wait > 0 then
  return {0, math.ceil(wait * 1000), why, told, ours, others}
end

for i = 6, #KEYS do
  redis.call('RPUSH', KEYS[i], string.format('%.6f', now))
  redis.call('PEXPIRE', KEYS[i], math.ceil(tonumber(ARGV[6 + (i - 6) * 3]) * 1000))
end
if daily > 0 then
  redis.call('INCR', KEYS[5])
  redis.call('EXPIREAT', KEYS[5], math.floor(now / 86400 + 1) * 86400)
end
return {1, 0, '', told, ours + 1, others}
