-- Gives contacts back that a worker could neither finish nor postpone, because the store
-- was away: they are due at once, and nothing is held against them.
-- ARGV: token, then the contacts
-- Returns 1 (given back, or its death forgiven) or 0 (it is no business of ours any more)
-- per contact.
local token = ARGV[1]

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

local function give_back(contact)
  local state = state_of(contact)
  local taken = number(redis.call('HGET', state, 'taken'))
  redis.call('HDEL', state, 'token', 'taken')
  redis.call('ZREM', p .. 'leased', contact)
  redis.call('ZADD', p .. (redis.call('HGET', state, 'lane') or 'live'), now, contact)
  count('working', -taken)
  count('waiting', taken)
end

local reply = {}
for i = 2, #ARGV do
  local contact = ARGV[i]
  reply[#reply + 1] = 1
  if holds(contact, token) then
    give_back(contact)
  elseif redis.call('HGET', state_of(contact), 'lost') == token then
    forgive(contact)
  else
    reply[#reply] = 0
  end
end
return reply
