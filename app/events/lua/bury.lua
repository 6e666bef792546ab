-- Makes dead letters of the events that were taken; newer ones keep the contact due.
-- ARGV: token, linger ms, then per contact: contact, how many fields
--       are told of the failure, and name and text of each
-- Returns 1 or 0 (the lease is somebody else's) per contact.
local token, linger = ARGV[1], tonumber(ARGV[2])
local reply = {}
local i = 3
while i <= #ARGV do
  local contact, about = ARGV[i], {}
  local last = i + 1 + 2 * tonumber(ARGV[i + 1])
  for j = i + 2, last do about[#about + 1] = ARGV[j] end
  i = last + 1
  if holds(contact, token) then
    local taken = number(redis.call('HGET', state_of(contact), 'taken'))
    redis.call('HINCRBY', state_of(contact), 'attempts', 1)
    count('working', -taken)
    entomb(contact, taken, about)
    let_go(contact, now + linger)
    reply[#reply + 1] = 1
  else
    reply[#reply + 1] = 0
  end
end
return reply
