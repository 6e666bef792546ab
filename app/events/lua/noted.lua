-- ARGV: kind, then contacts. Returns what is noted about each: name, note, name, note...
local reply = {}
for i = 2, #ARGV do
  reply[#reply + 1] = redis.call('HGETALL', p .. ARGV[1] .. ':' .. ARGV[i])
end
return reply
