#!lua flags=allow-oom
-- Renews claims, each only while this consumer still holds it: a plain XCLAIM would steal the entry back from
-- whoever took it over. An entry that is gone from the log is left as it is: XCLAIM would drop it.
--
-- KEYS  log
-- ARGV  group, consumer, then of each claim: id, deliveries
-- Reply of each claim: 1 (still ours) | 0. Raises NOGROUP.
local log, group, consumer, replies = KEYS[1], ARGV[1], ARGV[2], {}
for i = 3, #ARGV, 2 do
  local id, held = ARGV[i], 0
  local claim = redis.call('XPENDING', log, group, id, id, 1)[1]
  if claim and claim[2] == consumer and claim[4] == tonumber(ARGV[i + 1]) then
    held = 1
    if redis.call('XRANGE', log, id, id)[1] then redis.call('XCLAIM', log, group, consumer, 0, id, 'JUSTID') end
  end
  replies[#replies + 1] = held
end
return replies
