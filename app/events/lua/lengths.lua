-- ARGV: contacts. Returns how many events each of them has, those in hand included.
local reply = {}
for _, contact in ipairs(ARGV) do
  reply[#reply + 1] = redis.call('LLEN', events_of(contact))
end
return reply
