-- Strikes out exactly the events that were taken; newer ones keep the contact due.
-- ARGV: token, linger ms, how many finished contacts are remembered, then three per
--       contact: contact, outcome, its events in short
-- Returns 1 (settled) or 0 (the lease is somebody else's) per contact.
local token, linger = ARGV[1], tonumber(ARGV[2])
local remembered = ARGV[3]
local reply, taken_in_all, outcomes = {}, 0, {}
for i = 4, #ARGV, 3 do
  local contact, outcome = ARGV[i], ARGV[i + 1]
  if holds(contact, token) then
    local state = redis.call('HMGET', state_of(contact), 'taken', 'attempts', 'claimed_at')
    local taken = number(state[1])
    redis.call('LTRIM', events_of(contact), taken, -1)
    taken_in_all = taken_in_all + taken
    outcomes[outcome] = (outcomes[outcome] or 0) + 1
    local steps = redis.call('LRANGE', steps_of(contact), 0, -1)
    redis.call('XADD', p .. 'finished', 'MAXLEN', '~', remembered, '*', 'contact', contact,
      'outcome', outcome, 'attempts', number(state[2]), 'claimed_at', number(state[3]),
      'count', taken, 'events', ARGV[i + 2], 'steps', table.concat(steps, '\n'))
    if #steps > 0 then redis.call('DEL', steps_of(contact)) end
    end_replays(contact, 'settled')
    let_go(contact, now + linger)
    reply[#reply + 1] = 1
  else
    reply[#reply + 1] = 0
  end
end
count('working', -taken_in_all)
count('settled', taken_in_all)
for outcome, contacts in pairs(outcomes) do count('contacts_' .. outcome, contacts) end
return reply
