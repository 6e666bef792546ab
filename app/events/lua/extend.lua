-- Lengthens leases. ARGV: token, lease ms, then the contacts.
-- Returns 1 or 0 (the lease is somebody else's) per contact.
local token, lease = ARGV[1], tonumber(ARGV[2])
local reply = {}
for i = 3, #ARGV do
  if holds(ARGV[i], token) then
    redis.call('ZADD', p .. 'leased', now + lease, ARGV[i])
    reply[#reply + 1] = 1
  else
    reply[#reply + 1] = 0
  end
end
return reply
