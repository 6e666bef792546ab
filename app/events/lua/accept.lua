-- Stores one portal's share of a delivery, whole or not at all.
-- ARGV: linger ms, limit of waiting events, delivery, then five per item:
--       fate ("work" | "echo" | "ignored" | "odd"), key, contact, lane, payload;
--       of an odd item whom it names, with commas in between, and what is odd about it
-- Returns {first, accepted, duplicates, echoes, ignored, odd}, or {first, -1, waiting}
-- when full; first is 1 if the store knew nothing of this portal.
local linger, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local stamp = now .. ' ' .. ARGV[3] .. ' '
local books = redis.call('HMGET', p .. 'counts', 'waiting', 'version')
local waiting, version = number(books[1]), number(books[2])
local first = 1 - redis.call('EXISTS', p .. 'counts')
if waiting >= limit then return {first, -1, waiting} end
if version < VERSION then redis.call('HSET', p .. 'counts', 'version', VERSION) end

-- What was seen is kept by half-days: look in two, write to one, let them expire.
local half_day = 43200000
local today = p .. 'seen:' .. math.floor(now / half_day)
local before = p .. 'seen:' .. (math.floor(now / half_day) - 1)
local tally = {accepted = 0, duplicates = 0, work = 0, echo = 0, ignored = 0, odd = 0}

-- True if an odd item names somebody who is to be forgotten.
local function is_about_forgotten(names)
  if redis.call('EXISTS', p .. 'forgotten') == 0 then return false end
  for contact in string.gmatch(names, '[^,]+') do
    if is_forgotten(contact) then return true end
  end
  return false
end

for i = 4, #ARGV, 5 do
  local fate, key, contact, lane, payload =
    ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  if redis.call('SISMEMBER', before, key) == 1
    or redis.call('SADD', today, key) == 0 then
    tally.duplicates = tally.duplicates + 1
  else
    if fate == 'odd' and is_about_forgotten(contact) then fate = 'ignored' end
    tally.accepted = tally.accepted + 1
    tally[fate] = tally[fate] + 1
    if fate == 'work' then
      redis.call('RPUSH', events_of(contact), stamp .. payload)
      stand(contact, lane, now + linger)
    elseif fate == 'odd' then
      redis.call('RPUSH', events_of('odd'), stamp .. payload)
      entomb('odd', 1, {'reason', 'unreadable', 'error', lane})
    end
  end
end

redis.call('PEXPIRE', today, 2 * half_day)
count('accepted', tally.accepted)
count('duplicates', tally.duplicates)
count('waiting', tally.work)
count('echoes', tally.echo)
count('ignored', tally.ignored)
count('settled', tally.echo + tally.ignored)
return {first, tally.accepted, tally.duplicates, tally.echo, tally.ignored, tally.odd}
