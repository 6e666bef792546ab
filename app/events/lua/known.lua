-- ARGV: two per thing: subject, field. Returns what the ledger holds of each, or ''.
local reply = {}
for i = 1, #ARGV, 2 do
  reply[#reply + 1] = redis.call('HGET', p .. 'made:' .. ARGV[i], ARGV[i + 1]) or ''
end
return reply
