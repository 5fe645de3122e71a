#!lua
-- Appends each event whose id is not on the log yet; of the others says where they are and what is stored.
--
-- KEYS  log, then of each event: its id key, its subject index
-- ARGV  seconds an id is remembered, then of each event: type, text
-- Reply of each event: { position, stored text }, the text '' when it was appended now or is no longer on the log
local log, replies = KEYS[1], {}
for k = 3, #KEYS, 2 do redis.call('LLEN', KEYS[k]) end

for e = 1, (#KEYS - 1) / 2 do
  local idKey, index = KEYS[2 * e], KEYS[2 * e + 1]
  local position, text = redis.call('GET', idKey), ''
  if position then
    local entry = redis.call('XRANGE', log, position, position)[1]
    if entry then
      for f = 1, #entry[2], 2 do
        if entry[2][f] == 'event' then text = entry[2][f + 1] end
      end
    end
  else
    position = redis.call('XADD', log, '*', 'type', ARGV[2 * e], 'event', ARGV[2 * e + 1])
    redis.call('SET', idKey, position, 'EX', ARGV[1])
    redis.call('RPUSH', index, position)
  end
  replies[e] = { position, text }
end
return replies
