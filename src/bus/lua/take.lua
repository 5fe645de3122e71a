#!lua flags=allow-oom
-- Claims entries for one consumer: first those that were handed back or redriven, then those never delivered.
-- Entries of types the group does not want are settled on the way. An entry without a type is somebody else's and
-- is claimed like any other, so that it ends as a dead letter and not in silence.
--
-- KEYS  log
-- ARGV  group, consumer, '1' when the consumer may be new, the consumer that holds what was handed back, most
--       entries to claim, most entries to look at, wanted types…
-- Reply: where to wait for more ('' when there may be more at once), then of each entry its id, type and text; of an
-- entry of another shape its id, nil and its fields, of which there are none when it is gone from the log.
-- Raises NOGROUP, and CONSUMERGONE when the consumer's claims were thrown away.
local log, group, consumer, most = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[5])
local wanted, reply, taken, looked = {}, { '' }, 0, 0
for i = 7, #ARGV do wanted[ARGV[i]] = true end

local function typeOf(fields)
  for i = 1, #fields, 2 do
    if fields[i] == 'type' then return fields[i + 1] end
  end
end

local function take(id, fields)
  local at = 3 * taken + 2
  taken = taken + 1
  if fields[1] == 'type' and fields[3] == 'event' then
    reply[at], reply[at + 1], reply[at + 2] = id, fields[2], fields[4]
  else
    reply[at], reply[at + 1], reply[at + 2] = id, false, fields
  end
end

if redis.call('XGROUP', 'CREATECONSUMER', log, group, consumer) == 1 and ARGV[3] ~= '1' then
  return redis.error_reply('CONSUMERGONE ' .. consumer .. ' is no longer a consumer of ' .. group)
end

for _, claim in ipairs(redis.call('XPENDING', log, group, '-', '+', most, ARGV[4])) do
  if claim[4] == 0 then
    local fields = {}
    if redis.call('XRANGE', log, claim[1], claim[1])[1] then
      fields = redis.call('XCLAIM', log, group, consumer, 0, claim[1])[1][2]
    end
    take(claim[1], fields)
  end
end

while taken < most and looked < tonumber(ARGV[6]) do
  local read = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', most - taken, 'STREAMS', log, '>')
  if not read then break end
  local unwanted = {}
  for _, entry in ipairs(read[1][2]) do
    local type = typeOf(entry[2])
    if type and not wanted[type] then unwanted[#unwanted + 1] = entry[1] else take(entry[1], entry[2]) end
  end
  looked = looked + #read[1][2]
  if #unwanted > 0 then redis.call('XACK', log, group, unpack(unwanted)) end
end

if taken > 0 or looked >= tonumber(ARGV[6]) then return reply end
for _, info in ipairs(redis.call('XINFO', 'GROUPS', log)) do
  if info[2] == group then return { info[8] } end
end
