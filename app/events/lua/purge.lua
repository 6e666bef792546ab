-- Forgets a contact after a privacy deletion: what waits behind the events in hand,
-- its dead letters, and what was made for it. ARGV: contact, token.
-- Returns the number of events forgotten, or -1 if the lease is somebody else's.
local contact, token = ARGV[1], ARGV[2]
if not holds(contact, token) then return -1 end
local taken = number(redis.call('HGET', state_of(contact), 'taken'))
local waiting = redis.call('LLEN', events_of(contact)) - taken
redis.call('LTRIM', events_of(contact), 0, taken - 1)
count('waiting', -waiting)
local forgotten = waiting
for _, id in ipairs(redis.call('SMEMBERS', p .. 'dead_of:' .. contact)) do
  forgotten = forgotten + #exhume(id)
end
close_replays(contact, 'settled')
redis.call('DEL', p .. 'made:' .. contact, p .. 'wrote:' .. contact,
  p .. 'swings:' .. contact, steps_of(contact))
count('discarded', forgotten)
return forgotten
