-- Lets a dead letter's events wait again, behind what a person just did.
-- ARGV: dead letter, then two per event: contact, payload
-- Returns the number of events, or -1 if the letter is gone.

-- Lets what is refused again be told again.
local function untell(contact)
  local made = p .. 'made:' .. contact
  for _, field in ipairs(redis.call('HKEYS', made)) do
    if string.sub(field, 1, 8) == 'refused:' then redis.call('HDEL', made, field) end
  end
end

local buried = redis.call('HGET', p .. 'dead_letter:' .. ARGV[1], 'contact')
local letters, steps = exhume(ARGV[1])
if not letters then return -1 end
untell(buried)
-- Who replays has perhaps mended a property: it is looked up anew.
for _, topic in ipairs({'definitions', 'unknown_properties'}) do
  redis.call('DEL', p .. 'memory:' .. topic)
end
for i = 1, #steps do redis.call('RPUSH', steps_of(ARGV[2]), steps[i]) end
note_step(ARGV[2], 'replayed', ARGV[1])
for i = 2, #ARGV, 2 do
  local contact = ARGV[i]
  if contact ~= buried then untell(contact) end
  redis.call('RPUSH', events_of(contact), ARGV[i + 1])
  stand(contact, 'bulk', now)
  redis.call('HDEL', state_of(contact), 'attempts')
end
count('waiting', #letters)
count('replayed', #letters)
return #letters
