-- Lets what waits for contacts that were merged wait for the surviving one.
-- ARGV: token, survivor, then the merged contacts
-- Returns how many events were moved. What another worker has in hand stays with it.
local token, survivor = ARGV[1], ARGV[2]
local moved = 0

-- What was replayed for a merged contact is waited for at the survivor.
local function pass_on_replays(contact)
  local from, to = p .. 'replayed:' .. contact, p .. 'replayed:' .. survivor
  local entries = redis.call('HGETALL', from)
  for i = 1, #entries, 2 do
    local name, value = entries[i], entries[i + 1]
    if name == 'replays' or string.sub(name, 1, 6) == 'order:' then
      redis.call('HINCRBY', to, name, value)
    elseif name == 'earlier' then
      redis.call('HSETNX', to, name, value)
    end
  end
  local lease = redis.call('HGET', state_of(survivor), 'token')
  if #entries > 0 and lease then redis.call('HSET', to, 'lease', lease) end
  redis.call('DEL', from)
end

-- Who is forgotten one day is so under every name.
local function remember_name(contact)
  local was = p .. 'was:' .. survivor
  redis.call('SADD', was, contact)
  redis.call('SUNIONSTORE', was, was, p .. 'was:' .. contact)
  redis.call('DEL', p .. 'was:' .. contact)
end

for i = 3, #ARGV do
  local contact = ARGV[i]
  if contact ~= survivor then remember_name(contact) end
  local leased = redis.call('ZSCORE', p .. 'leased', contact)
  if contact ~= survivor and (not leased or holds(contact, token)) then
    local events = redis.call('LRANGE', events_of(contact), 0, -1)
    local lane = redis.call('ZSCORE', p .. 'bulk', contact) and 'bulk'
      or redis.call('HGET', state_of(contact), 'lane') or 'live'
    if leased then
      local taken = number(redis.call('HGET', state_of(contact), 'taken'))
      count('working', -taken)
      count('waiting', taken)
    end
    for _, place in ipairs({'live', 'bulk', 'suspect', 'leased'}) do
      redis.call('ZREM', p .. place, contact)
    end
    redis.call('DEL', events_of(contact), state_of(contact), steps_of(contact))
    for j = 1, #events do redis.call('RPUSH', events_of(survivor), events[j]) end
    pass_on_replays(contact)
    if #events > 0 then stand(survivor, lane, now) end
    moved = moved + #events
  end
end
count('reaimed', moved)
return moved
