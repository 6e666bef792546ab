-- Returns what a watcher looks at, without counting through anything that grows:
-- for how many ms the first contact of live, bulk, suspect and the first lease that ran
-- out has been due (negative: none is), dead letters, waiting events; and as counted
-- since ever: letters buried, attempts failed, contacts ended, rounds begun.
local function overdue(place)
  local first = redis.call('ZRANGE', p .. place, 0, 0, 'WITHSCORES')
  return first[2] and now - tonumber(first[2]) or -1
end

local counted = redis.call('HGETALL', p .. 'counts')
local counts, ended = {}, 0
for i = 1, #counted, 2 do
  local name, value = counted[i], counted[i + 1]
  counts[name] = value
  if string.sub(name, 1, 9) == 'contacts_' then ended = ended + number(value) end
end

return {overdue('live'), overdue('bulk'), overdue('suspect'), overdue('leased'),
  redis.call('ZCARD', p .. 'dead'), number(counts['waiting']), number(counts['serial']),
  number(counts['failed']), ended, number(counts['rounds'])}
