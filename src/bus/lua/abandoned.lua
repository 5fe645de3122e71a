#!lua flags=allow-oom
-- Finds the oldest entry that nobody has renewed for a while, and takes it over if asked to. An entry that is gone
-- from the log is reported but stays as it is until it is buried: XCLAIM and XAUTOCLAIM would drop it.
-- Entries handed back with no delivery counted are for take.lua.
--
-- KEYS  log
-- ARGV  group, least idle milliseconds, consumer ('' to look only)
-- Reply: { id, deliveries, consumer, fields }, deliveries counting a take-over; nil when there is none.
-- Raises NOGROUP.
local log, group, idle, consumer, from = KEYS[1], ARGV[1], ARGV[2], ARGV[3], '-'
while true do
  local page = redis.call('XPENDING', log, group, 'IDLE', idle, from, '+', 32)
  for _, claim in ipairs(page) do
    local id, deliveries = claim[1], claim[4]
    if deliveries > 0 then
      if consumer == '' then return { id, deliveries, claim[2], {} } end
      if not redis.call('XRANGE', log, id, id)[1] then return { id, deliveries, claim[2], {} } end
      return { id, deliveries + 1, consumer, redis.call('XCLAIM', log, group, consumer, idle, id)[1][2] }
    end
  end
  if #page < 32 then return false end
  from = '(' .. page[#page][1]
end
