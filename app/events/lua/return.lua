-- Gives back what a worker took in hand and could neither finish nor postpone, because
-- the store was away: it is due at once, and nothing is held against it.
-- ARGV: token
-- Returns how many contacts that were.
local token = ARGV[1]

local function give_back(contact)
  local state = state_of(contact)
  local taken = number(redis.call('HGET', state, 'taken'))
  redis.call('HDEL', state, 'token', 'taken', 'claimed_at')
  redis.call('ZREM', p .. 'leased', contact)
  redis.call('ZADD', p .. (redis.call('HGET', state, 'lane') or 'live'), now, contact)
  count('working', -taken)
  count('waiting', taken)
end

-- The lease ran out meanwhile and was taken for a death: it was none.
local function forgive(contact)
  local state = state_of(contact)
  redis.call('HDEL', state, 'lost')
  if redis.call('HINCRBY', state, 'deaths', -1) > 0 then return end
  redis.call('HDEL', state, 'deaths')
  if redis.call('ZREM', p .. 'suspect', contact) == 1 then
    redis.call('ZADD', p .. (redis.call('HGET', state, 'lane') or 'live'), now, contact)
  end
end

local returned = 0
for _, place in ipairs({'leased', 'suspect'}) do
  for _, contact in ipairs(redis.call('ZRANGE', p .. place, 0, -1)) do
    local state = redis.call('HMGET', state_of(contact), 'token', 'lost')
    if state[1] == token then give_back(contact) end
    if state[2] == token then forgive(contact) end
    if state[1] == token or state[2] == token then returned = returned + 1 end
  end
end
return returned
