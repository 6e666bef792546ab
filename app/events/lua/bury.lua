-- Makes dead letters of the events that were taken; newer ones keep the contact due.
-- ARGV: token, linger ms, then four per contact: contact, reason, error, detail
-- Returns 1 or 0 (the lease is somebody else's) per contact.
local token, linger = ARGV[1], tonumber(ARGV[2])
local reply = {}
for i = 3, #ARGV, 4 do
  local contact = ARGV[i]
  if holds(contact, token) then
    local taken = number(redis.call('HGET', state_of(contact), 'taken'))
    redis.call('HINCRBY', state_of(contact), 'attempts', 1)
    count('working', -taken)
    entomb(contact, taken, ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
    let_go(contact, now + linger)
    reply[#reply + 1] = 1
  else
    reply[#reply + 1] = 0
  end
end
return reply
