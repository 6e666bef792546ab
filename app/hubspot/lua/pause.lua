-- Makes everybody stand still; a longer pause that is already there stays.
--
-- KEYS
--   1 pause or pause:<family>  string  why; lives as long as the pause
-- ARGV
--   1 how long, ms
--   2 why

if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
end
