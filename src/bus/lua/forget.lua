#!lua flags=allow-oom
-- Takes positions that were trimmed from the log out of the indexes of some subjects.
--
-- KEYS  subject indexes
-- ARGV  milliseconds and sequence of where the log begins
-- Reply: how many were taken out
local ms, seq, gone = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
for _, index in ipairs(KEYS) do
  while true do
    local id = redis.call('LINDEX', index, 0)
    if not id then break end
    local ims, iseq = string.match(id, '^(%d+)-(%d+)$')
    ims, iseq = tonumber(ims), tonumber(iseq)
    if ims > ms or (ims == ms and iseq >= seq) then break end
    redis.call('LPOP', index)
    gone = gone + 1
  end
end
return gone
