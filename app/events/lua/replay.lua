-- Lets a dead letter's events wait again, behind what a person just did.
-- ARGV: dead letter, then two per event: contact, payload
-- Returns the number of events, or -1 if the letter is gone.
local letters = exhume(ARGV[1])
if not letters then return -1 end
for i = 2, #ARGV, 2 do
  local contact = ARGV[i]
  redis.call('RPUSH', events_of(contact), ARGV[i + 1])
  stand(contact, 'bulk', now)
  redis.call('HDEL', state_of(contact), 'attempts', 'error')
end
count('waiting', #letters)
count('replayed', #letters)
return #letters
