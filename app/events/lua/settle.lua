-- Strikes out exactly the events that were taken; newer ones keep the contact due.
-- ARGV: token, linger ms, then two per contact: contact, outcome
-- Returns 1 (settled) or 0 (the lease is somebody else's) per contact.
local token, linger = ARGV[1], tonumber(ARGV[2])
local reply = {}
for i = 3, #ARGV, 2 do
  local contact, outcome = ARGV[i], ARGV[i + 1]
  if holds(contact, token) then
    local taken = number(redis.call('HGET', state_of(contact), 'taken'))
    redis.call('LTRIM', events_of(contact), taken, -1)
    count('working', -taken)
    count('settled', taken)
    count('contacts_' .. outcome, 1)
    end_replays(contact, 'settled')
    let_go(contact, now + linger)
    reply[#reply + 1] = 1
  else
    reply[#reply + 1] = 0
  end
end
return reply
