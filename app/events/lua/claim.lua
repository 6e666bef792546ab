-- Hands out due contacts with their waiting events under a lease.
-- ARGV: token, most contacts, lease ms, most events per contact, deaths that bury,
--       most contacts of a round that may kill its worker once more
-- Returns {still due, then four per contact: contact, attempts, how many events it has
--         altogether, the events handed out}.
local version = number(redis.call('HGET', p .. 'counts', 'version'))
if version > VERSION then
  return redis.error_reply('NEWER the state of this portal is of version ' .. version ..
    ', this hubkeeper reads version ' .. VERSION .. '; update this worker')
end
local token, most, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local most_events, fatal, group = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

-- A lease that ran out means that the worker died, or hangs: its contacts come back as
-- suspects, in ever smaller company, until the one that kills workers stands alone.
local expired = redis.call('ZRANGEBYSCORE', p .. 'leased', '-inf', now)
for _, contact in ipairs(expired) do
  local deaths = redis.call('HINCRBY', state_of(contact), 'deaths', 1)
  local taken = number(redis.call('HGET', state_of(contact), 'taken'))
  local lost = redis.call('HGET', state_of(contact), 'token') or ''
  redis.call('HDEL', state_of(contact), 'token', 'taken')
  redis.call('HSET', state_of(contact), 'lost', lost)  -- see return.lua
  redis.call('ZREM', p .. 'leased', contact)
  count('working', -taken)
  note_step(contact, 'lost', '')
  if deaths >= fatal then
    entomb(contact, taken, {'reason', 'worker_died', 'error',
      'the worker died ' .. deaths .. ' times while it had this contact in hand'})
    let_go(contact, now)
  else
    count('waiting', taken)
    redis.call('ZADD', p .. 'suspect', now, contact)
  end
end

local function due(lane, n)
  if n <= 0 then return {} end
  return redis.call('ZRANGEBYSCORE', p .. lane, '-inf', now, 'LIMIT', 0, n)
end

local chosen, from = {}, {}
local function choose(contacts, lane)
  for _, contact in ipairs(contacts) do
    chosen[#chosen + 1] = contact
    from[#from + 1] = lane
  end
end

local suspects = due('suspect', math.min(group, most))
if #suspects > 0 then
  local company = {}
  for _, contact in ipairs(suspects) do
    local deaths = number(redis.call('HGET', state_of(contact), 'deaths'))
    if deaths == 1 then
      company[#company + 1] = contact
    elseif #company == 0 then
      company = {contact}
      break
    end
  end
  choose(company, 'suspect')
else
  -- Bulk work is behind, never starved: a tenth of a full round is its own.
  local bulk = due('bulk', most)
  local live = due('live', most - math.min(#bulk, math.floor(most / 10)))
  choose(live, 'live')
  for i = 1, math.min(#bulk, most - #live) do choose({bulk[i]}, 'bulk') end
end

local reply = {0}
local taken_in_all = 0
for i, contact in ipairs(chosen) do
  local events = redis.call('LRANGE', events_of(contact), 0, most_events - 1)
  local state = state_of(contact)
  redis.call('ZREM', p .. from[i], contact)
  redis.call('ZADD', p .. 'leased', now + lease, contact)
  redis.call('HSET', state, 'token', token, 'taken', #events, 'claimed_at', now)
  if from[i] ~= 'suspect' then redis.call('HSET', state, 'lane', from[i]) end
  taken_in_all = taken_in_all + #events
  reply[#reply + 1] = contact
  reply[#reply + 1] = number(redis.call('HGET', state, 'attempts'))
  reply[#reply + 1] = redis.call('LLEN', events_of(contact))
  reply[#reply + 1] = events
end
count('waiting', -taken_in_all)
count('working', taken_in_all)
if #chosen > 0 then count('rounds', 1) end
for _, lane in ipairs({'live', 'bulk', 'suspect'}) do
  reply[1] = reply[1] + redis.call('ZCOUNT', p .. lane, '-inf', now)
end
return reply
