#!lua flags=allow-oom
-- Gives claims back, each only while this consumer still holds it, with the delivery that came to nothing taken
-- back. One more delivery to go shows as abandoned at once: it may have crashed a worker and is run alone.
--
-- KEYS  log
-- ARGV  group, consumer, the consumer that holds what was handed back, idle milliseconds that show as abandoned,
--       then of each claim: id, deliveries
-- Reply: how many were still ours. Raises NOGROUP.
local log, group, consumer, released = KEYS[1], ARGV[1], ARGV[2], 0
for i = 5, #ARGV, 2 do
  local id, deliveries = ARGV[i], tonumber(ARGV[i + 1])
  local claim = redis.call('XPENDING', log, group, id, id, 1)[1]
  local ours = claim and claim[2] == consumer and claim[4] == deliveries
  if ours and redis.call('XRANGE', log, id, id)[1] then
    redis.call('XCLAIM', log, group, ARGV[3], 0, id, 'IDLE', ARGV[4], 'RETRYCOUNT', deliveries - 1, 'JUSTID')
    released = released + 1
  end
end
return released
