-- Forgets a contact after a privacy deletion, and those that were merged into it: what
-- waits behind the events in hand, dead letters, steps, what was made for it, what we
-- wrote and what that swung. Its former names are left to remember.lua: whoever stops in
-- the middle of an erasure needs them once more. ARGV: contact, token.
-- Returns the number of events forgotten, or -1 if the lease is somebody else's.
local contact, token = ARGV[1], ARGV[2]
if not holds(contact, token) then return -1 end
local taken = number(redis.call('HGET', state_of(contact), 'taken'))
local waiting = redis.call('LLEN', events_of(contact)) - taken
redis.call('LTRIM', events_of(contact), 0, taken - 1)
count('waiting', -waiting)
local forgotten = waiting
local names = redis.call('SMEMBERS', p .. 'was:' .. contact)
names[#names + 1] = contact
for _, name in ipairs(names) do
  for _, id in ipairs(redis.call('SMEMBERS', p .. 'dead_of:' .. name)) do
    forgotten = forgotten + #exhume(id)
  end
  close_replays(name, 'settled')
  redis.call('DEL', p .. 'made:' .. name, p .. 'wrote:' .. name, p .. 'swings:' .. name,
    steps_of(name))
end
count('discarded', forgotten)
return forgotten
