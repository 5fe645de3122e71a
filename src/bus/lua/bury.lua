#!lua
-- Moves one pending entry to the dead letters of its group and says so on the log.
--
-- KEYS  log, the group's dead letters, subject index of the notice
-- ARGV  group, consumer, id, deliveries, dead letter (JSON), type and text of the notice
-- Reply: 'OK' | 'SETTLED' (the claim is not ours any more). Raises NOGROUP.
local log, dead, index, group, id = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[3]
redis.call('HLEN', dead)
redis.call('LLEN', index)
local claim = redis.call('XPENDING', log, group, id, id, 1)[1]
-- What is gone from the log could not be claimed (see abandoned.lua): anybody may bury it.
local gone = not redis.call('XRANGE', log, id, id)[1]
if not claim or not (gone or (claim[2] == ARGV[2] and claim[4] == tonumber(ARGV[4]))) then return 'SETTLED' end
redis.call('XACK', log, group, id)
redis.call('HSET', dead, id, ARGV[5])
redis.call('RPUSH', index, redis.call('XADD', log, '*', 'type', ARGV[6], 'event', ARGV[7]))
return 'OK'
