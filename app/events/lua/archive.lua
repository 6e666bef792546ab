-- Keeps a portal's share of a delivery, and lets go of what is too old or too much.
-- ARGV: delivery, items, most bytes, ms to live, bytes that the way from a contact to
--       the delivery takes, then the contacts
-- Returns those contacts that are to be forgotten; nothing is kept if there are any.
local id, items, most, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local way = tonumber(ARGV[5])
local index, bodies = p .. 'archive', p .. 'archive_bodies'
local contacts, bytes = p .. 'archive_contacts', p .. 'archive_bytes'
local function of(contact) return p .. 'archived_of:' .. contact end

-- What an entry takes: its body, its contacts, and what the store needs for each.
local function cost(body, names, ways) return body + names + 300 + ways * way end

local function let_go_of(old)
  local names = redis.call('HGET', contacts, old) or ''
  local ways = 0
  for contact in string.gmatch(names, '[^,]+') do
    redis.call('SREM', of(contact), old)
    ways = ways + 1
  end
  local size = cost(redis.call('HSTRLEN', bodies, old), #names, ways)
  redis.call('HDEL', bodies, old)
  redis.call('HDEL', contacts, old)
  redis.call('ZREM', index, old)
  redis.call('DECRBY', bytes, size)
end

local forgotten = {}
if redis.call('EXISTS', p .. 'forgotten') == 1 then
  for i = 6, #ARGV do
    if is_forgotten(ARGV[i]) then forgotten[#forgotten + 1] = ARGV[i] end
  end
end
if #forgotten > 0 then return forgotten end

if redis.call('ZADD', index, 'NX', now, id) == 1 then
  local names = table.concat(ARGV, ',', 6)
  redis.call('HSET', bodies, id, items)
  redis.call('HSET', contacts, id, names)
  for i = 6, #ARGV do
    redis.call('SADD', of(ARGV[i]), id)
    keep(of(ARGV[i]), ttl)
  end
  redis.call('INCRBY', bytes, cost(#items, #names, #ARGV - 5))
end
-- A little at a time: whoever lowers the limit must not hold up the store for long.
for _, old in ipairs(redis.call('ZRANGE', index, 0, 99)) do
  local at = tonumber(redis.call('ZSCORE', index, old))
  local fits = at > now - ttl and number(redis.call('GET', bytes)) <= most
  if fits or old == id then break end
  let_go_of(old)
end
for _, key in ipairs({index, bodies, contacts, bytes}) do
  redis.call('PEXPIRE', key, ttl)
end
return {}
