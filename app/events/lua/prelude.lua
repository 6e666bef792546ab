-- Put before every script of this folder. Everything that moves an event between
-- states is in these scripts; each one is atomic and leaves this invariant intact:
--
--   a contact's event list is non-empty  <=>  the contact stands in exactly one of
--   live, bulk, suspect (it waits) or leased (a worker has it in hand)
--
-- The table of keys is in app/events/keys.py. KEYS[1] is their common prefix
-- "hk:{portal}:"; all other names are built from it, so they share one cluster slot.
-- Time is the store's own, in milliseconds: workers with skewed clocks agree.
local p = KEYS[1]
-- The version of the state: raised with every change that an older worker would not
-- understand. Newer workers read what older ones wrote; see claim.lua and accept.lua.
local VERSION = 2
-- How many steps are kept of a contact that cannot be finished.
local MOST_STEPS = 50
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function events_of(contact) return p .. 'events:' .. contact end
local function state_of(contact) return p .. 'state:' .. contact end

local function steps_of(contact) return p .. 'steps:' .. contact end

local function count(field, n)
  if n ~= 0 then redis.call('HINCRBY', p .. 'counts', field, n) end
end

local function number(value) return tonumber(value or 0) or 0 end

-- Lets a key live for `ttl` ms more, or longer if it was to live longer.
local function keep(key, ttl)
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
end

-- Notes down what became of a contact that did not get through at once:
-- "<ms> <lost|postponed|buried|replayed> <attempts so far> <why>".
local function note_step(contact, what, why)
  local attempts = number(redis.call('HGET', state_of(contact), 'attempts'))
  redis.call('RPUSH', steps_of(contact), now .. ' ' .. what .. ' ' .. attempts .. ' ' .. why)
  redis.call('LTRIM', steps_of(contact), -MOST_STEPS, -1)
end

-- True if `token` still holds the contact's lease.
local function holds(contact, token)
  return redis.call('HGET', state_of(contact), 'token') == token
end

-- Lets a waiting contact stand in `lane` from `due` on; an earlier turn is kept, and
-- nobody who waits for what a person just did is moved behind the bulk.
local function stand(contact, lane, due)
  if redis.call('ZSCORE', p .. 'leased', contact) then
    if lane == 'live' then redis.call('HSET', state_of(contact), 'lane', 'live') end
    return
  end
  if redis.call('ZSCORE', p .. 'suspect', contact) then return end
  if lane == 'bulk' and redis.call('ZSCORE', p .. 'live', contact) then return end
  if lane == 'live' then redis.call('ZREM', p .. 'bulk', contact) end
  redis.call('ZADD', p .. lane, 'LT', due, contact)
end

-- Takes the contact out of the worker's hands; what came meanwhile waits from `due` on.
local function let_go(contact, due)
  local lane = redis.call('HGET', state_of(contact), 'lane') or 'live'
  redis.call('ZREM', p .. 'leased', contact)
  redis.call('DEL', state_of(contact))
  if redis.call('EXISTS', events_of(contact)) == 1 then
    redis.call('ZADD', p .. lane, due, contact)
  end
end

-- Tells the orders that had letters of the contact replayed how that ended, and forgets
-- it. `fate` is "settled" or "died". Returns what is known of it, by field.
local function close_replays(contact, fate)
  local key = p .. 'replayed:' .. contact
  local entries = redis.call('HGETALL', key)
  local known = {}
  for i = 1, #entries, 2 do
    known[entries[i]] = entries[i + 1]
    local order = string.match(entries[i], '^order:(.+)')
    -- An order that was forgotten meanwhile does not come back for its figures.
    if order and redis.call('EXISTS', p .. 'order:' .. order) == 1 then
      redis.call('HINCRBY', p .. 'order:' .. order, fate, entries[i + 1])
    end
  end
  if #entries > 0 then redis.call('DEL', key) end
  return known
end

-- The same where a worker's hold on the contact ends; what was replayed behind its back
-- is not in its hands, and stays open.
local function end_replays(contact, fate)
  local lease = redis.call('HGET', p .. 'replayed:' .. contact, 'lease')
  if lease and holds(contact, lease) then return {} end
  return close_replays(contact, fate)
end

-- True if we were told to forget the contact, and HubSpot may still send something of it.
local function is_forgotten(contact)
  return number(redis.call('ZSCORE', p .. 'forgotten', contact)) > now
end

-- Drops the first `n` events of a contact that is to be forgotten.
local function drop(contact, n)
  redis.call('LTRIM', events_of(contact), n, -1)
  redis.call('DEL', steps_of(contact))
  end_replays(contact, 'settled')
  count('discarded', n)
end

-- Makes a dead letter of the first `n` events of the contact; `about` is what is known
-- of the failure, a flat list of names and texts that begins with the reason.
local function entomb(contact, n, about)
  if is_forgotten(contact) then return drop(contact, n) end
  local id = tostring(redis.call('HINCRBY', p .. 'counts', 'serial', 1))
  local letters = redis.call('LRANGE', events_of(contact), 0, n - 1)
  for i = 1, #letters do
    redis.call('RPUSH', p .. 'dead_events:' .. id, letters[i])
  end
  redis.call('LTRIM', events_of(contact), n, -1)
  note_step(contact, 'buried', about[2])
  local steps = redis.call('LRANGE', steps_of(contact), 0, -1)
  redis.call('DEL', steps_of(contact))
  local earlier = end_replays(contact, 'died')
  redis.call('HSET', p .. 'dead_letter:' .. id, 'contact', contact, 'buried_at', now,
    'attempts', number(redis.call('HGET', state_of(contact), 'attempts')),
    'replays', earlier.replays or 0, 'earlier', earlier.earlier or '',
    'history', table.concat(steps, '\n'), unpack(about))
  redis.call('ZADD', p .. 'dead', now, id)
  redis.call('SADD', p .. 'dead_of:' .. contact, id)
  count('dead', n)
end

-- Takes a dead letter out of the books; returns its events and its steps, a line each, or
-- nil if it is gone.
local function exhume(id)
  local contact = redis.call('HGET', p .. 'dead_letter:' .. id, 'contact')
  if not contact then return nil end
  local letters = redis.call('LRANGE', p .. 'dead_events:' .. id, 0, -1)
  local history = redis.call('HGET', p .. 'dead_letter:' .. id, 'history') or ''
  redis.call('DEL', p .. 'dead_letter:' .. id, p .. 'dead_events:' .. id,
    p .. 'dead_edits:' .. id)
  redis.call('ZREM', p .. 'dead', id)
  redis.call('SREM', p .. 'dead_of:' .. contact, id)
  count('dead', -#letters)
  return letters, history
end

-- Counts a letter in the order that it was taken out for, if there is one.
local function count_in(order, events)
  if order ~= '' and redis.call('EXISTS', p .. 'order:' .. order) == 1 then
    redis.call('HINCRBY', p .. 'order:' .. order, 'letters', 1)
    redis.call('HINCRBY', p .. 'order:' .. order, 'events', events)
  end
end
