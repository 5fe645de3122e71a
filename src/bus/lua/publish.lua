#!lua
-- Appends each event whose id is not on the log yet; of the others says where they are and what is stored.
--
-- KEYS  log, then of each event: its id key, its subject index
-- ARGV  seconds an id is remembered, then of each event: type, text
-- Reply, of each event: position, stored text, the text '' when it was appended now or is no longer on the log
local log, replies = KEYS[1], {}
for k = 3, #KEYS, 2 do redis.call('LLEN', KEYS[k]) end

local function storedAt(position)
  local entry = redis.call('XRANGE', log, position, position)[1]
  if not entry then return '' end
  for f = 1, #entry[2], 2 do
    if entry[2][f] == 'event' then return entry[2][f + 1] end
  end
  return ''
end

for e = 1, (#KEYS - 1) / 2 do
  local idKey, text = KEYS[2 * e], ''
  local position = redis.call('GET', idKey)
  if position then
    text = storedAt(position)
  else
    position = redis.call('XADD', log, '*', 'type', ARGV[2 * e], 'event', ARGV[2 * e + 1])
    redis.call('SET', idKey, position, 'EX', ARGV[1])
    redis.call('RPUSH', KEYS[2 * e + 1], position)
  end
  replies[2 * e - 1], replies[2 * e] = position, text
end
return replies
