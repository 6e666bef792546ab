-- Lets a dead letter's events wait again, behind what a person just did.
-- ARGV: dead letter, order or "", what went wrong so far (for the next letter, should
--       there be one), then two per event: contact, payload
-- Returns the number of events, or -1 if the letter is gone.

-- Lets what is refused again be told again.
local function untell(contact)
  local made = p .. 'made:' .. contact
  for _, field in ipairs(redis.call('HKEYS', made)) do
    if string.sub(field, 1, 8) == 'refused:' then redis.call('HDEL', made, field) end
  end
end

-- Lets the letter's story go with its events.
local function carry(contact, replays)
  local key = p .. 'replayed:' .. contact
  redis.call('HINCRBY', key, 'replays', replays)
  local before = redis.call('HGET', key, 'earlier')
  redis.call('HSET', key, 'earlier', (before and before .. '\n' or '') .. ARGV[3])
  local lease = redis.call('HGET', state_of(contact), 'token')
  if lease then redis.call('HSET', key, 'lease', lease)
  else redis.call('HDEL', key, 'lease') end
end

local buried = redis.call('HGET', p .. 'dead_letter:' .. ARGV[1], 'contact')
local replays = number(redis.call('HGET', p .. 'dead_letter:' .. ARGV[1], 'replays'))
local letters, history = exhume(ARGV[1])
if not letters then return -1 end
untell(buried)
-- Who replays has perhaps mended a property: it is looked up anew. An order has seen to
-- that when it was placed, once for all its letters.
for _, topic in ipairs(ARGV[2] == '' and {'definitions', 'unknown_properties'} or {}) do
  redis.call('DEL', p .. 'memory:' .. topic)
end
for step in string.gmatch(history, '[^\n]+') do
  redis.call('RPUSH', steps_of(ARGV[4]), step)
end
note_step(ARGV[4], 'replayed', ARGV[1])
local told = {}
for i = 4, #ARGV, 2 do
  local contact = ARGV[i]
  if not told[contact] then carry(contact, replays + 1) end
  told[contact] = true
  if contact ~= buried then untell(contact) end
  redis.call('RPUSH', events_of(contact), ARGV[i + 1])
  stand(contact, 'bulk', now)
  redis.call('HDEL', state_of(contact), 'attempts')
end
if ARGV[2] ~= '' then
  redis.call('HINCRBY', p .. 'replayed:' .. ARGV[4], 'order:' .. ARGV[2], 1)
end
count_in(ARGV[2], #letters)
count('waiting', #letters)
count('replayed', #letters)
return #letters
