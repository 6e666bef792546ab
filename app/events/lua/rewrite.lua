-- Puts something else into a field of a hash, if the field is still what was read.
-- ARGV: hash, field, SHA-1 of what was read, what it becomes, name of a string that
--       counts the bytes of the hash, or ''
-- Returns 1, or 0 if somebody else was quicker: read it again.
local hash, field, read, becomes, counter = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local found = redis.call('HGET', p .. hash, field)
if not found then return 1 end
if redis.sha1hex(found) ~= read then return 0 end
redis.call('HSET', p .. hash, field, becomes)
if counter ~= '' then redis.call('INCRBY', p .. counter, #becomes - #found) end
return 1
