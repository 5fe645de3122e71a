#!lua
-- Creates the groups that are not there yet: with a new log at its beginning, on one that exists some time back.
-- A group that was created once and is gone is not created again: it has lost its place.
--
-- KEYS  log, hash of the groups ever created (name → its first position; '' → when the log was opened first)
-- ARGV  milliseconds a later group starts back, groups…
-- Reply: the groups that have vanished; nothing is changed unless it is empty
local log, register = KEYS[1], KEYS[2]
local exists, found, vanished = redis.call('EXISTS', log) == 1, {}, {}
if exists then
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', log)) do found[info[2]] = true end
end
for i = 2, #ARGV do
  if not found[ARGV[i]] and redis.call('HEXISTS', register, ARGV[i]) == 1 then vanished[#vanished + 1] = ARGV[i] end
end
if #vanished > 0 then return vanished end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local start = '0-0'
if exists or redis.call('EXISTS', register) == 1 then
  local first = exists and redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local back = now - tonumber(ARGV[1])
  -- From before the first entry is the beginning; said so, Redis knows the group's lag from the start.
  if first and tonumber(string.match(first[1], '^%d+')) < back then
    start = string.format('%.0f-18446744073709551615', back - 1)
  end
end
redis.call('HSETNX', register, '', string.format('%.0f', now))
for i = 2, #ARGV do
  if not found[ARGV[i]] then redis.call('XGROUP', 'CREATE', log, ARGV[i], start, 'MKSTREAM') end
  redis.call('HSETNX', register, ARGV[i], start)
end
return vanished
