#!lua
-- Takes a name for one owner, or keeps it for them; a millisecond gives it back.
--
-- KEYS  lease
-- ARGV  owner, milliseconds
-- Reply: 1 while it is this owner's, 0 while it is another's.
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
