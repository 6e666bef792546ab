-- Ends a portal's illness. Returns for how long it lasted in ms, or -1: it was over.
local since = redis.call('HGET', p .. 'illness', 'since')
redis.call('DEL', p .. 'illness')
return since and now - number(since) or -1
