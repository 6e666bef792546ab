-- Gives contacts back untouched, to be taken up again after a delay.
-- ARGV: token, then four per contact: contact, delay ms, attempts to add, error
-- Returns 1 or 0 (the lease is somebody else's) per contact.
local token = ARGV[1]
local reply = {}
for i = 2, #ARGV, 4 do
  local contact, delay = ARGV[i], tonumber(ARGV[i + 1])
  if holds(contact, token) then
    local state = state_of(contact)
    local taken = number(redis.call('HGET', state, 'taken'))
    local lane = redis.call('HGET', state, 'lane') or 'live'
    redis.call('HDEL', state, 'token', 'taken', 'deaths', 'claimed_at')
    redis.call('HINCRBY', state, 'attempts', ARGV[i + 2])
    note_step(contact, 'postponed', ARGV[i + 3])
    redis.call('ZREM', p .. 'leased', contact)
    redis.call('ZADD', p .. lane, now + delay, contact)
    count('working', -taken)
    count('waiting', taken)
    count('postponed', 1)
    count('failed', number(ARGV[i + 2]))
    reply[#reply + 1] = 1
  else
    reply[#reply + 1] = 0
  end
end
return reply
