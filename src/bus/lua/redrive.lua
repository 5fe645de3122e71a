#!lua
-- Gives one dead letter back to the group that failed it, as never delivered, and says so on the log. A second
-- append would reach every group.
--
-- KEYS  log, the group's dead letters, subject index of the notice
-- ARGV  group, id, the consumer that holds what was handed back, type and text of the notice
-- Reply: 'OK' | 'NONE' (not dead there) | 'GONE' (its entry is no longer on the log). Raises NOGROUP.
local log, dead, index, group, id = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2]
if redis.call('HEXISTS', dead, id) == 0 then return 'NONE' end
if not redis.call('XRANGE', log, id, id)[1] then return 'GONE' end
redis.call('LLEN', index)
redis.call('XCLAIM', log, group, ARGV[3], 0, id, 'RETRYCOUNT', 0, 'FORCE', 'JUSTID')
redis.call('HDEL', dead, id)
redis.call('RPUSH', index, redis.call('XADD', log, '*', 'type', ARGV[4], 'event', ARGV[5]))
return 'OK'
