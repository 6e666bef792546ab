-- Returns how many contacts could be claimed now; a lease that ran out counts.
local due = 0
for _, place in ipairs({'live', 'bulk', 'suspect', 'leased'}) do
  due = due + redis.call('ZCOUNT', p .. place, '-inf', now)
end
return due
