-- Ends a portal's illness, and remembers that for a while. ARGV: for how many ms
-- Returns for how long it was ill in ms, or -1: it was over.
local since = redis.call('HGET', p .. 'illness', 'since')
if not since then return -1 end
redis.call('DEL', p .. 'illness')
redis.call('SET', p .. 'recovered', now, 'PX', ARGV[1])
return now - number(since)
