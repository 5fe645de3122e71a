#!lua
-- Settles a batch of handled entries of one group: each on its own, in order; an entry that cannot be settled
-- changes nothing. Whatever may fail is tried before anything is changed (a script is atomic, but not undone).
--
-- KEYS  log, the group's state hash, then one subject index per subject of the outputs
-- ARGV  group, consumer, then of each entry: id, its deliveries, state key ('' without state), state as it was
--       read ('' for none), state to write ('' to leave it), number of outputs n, then n times: type, which KEY is
--       its subject's index, text
-- Reply of each entry: 'OK' | 'CONFLICT' (the state is another's) | 'SETTLED' (the claim is not ours any more)
-- Raises NOGROUP when the group or the log is gone, CONSUMERGONE when the consumer is: then XACK would answer 0 as
-- for an entry that was settled, and the entry would be lost.
local log, state, group, consumer = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
for k = 3, #KEYS do redis.call('LLEN', KEYS[k]) end

local function consumerExists()
  for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', log, group)) do
    if info[2] == consumer then return true end
  end
end

local replies, i = {}, 3
while i <= #ARGV do
  local id, key = ARGV[i], ARGV[i + 2]
  local first, reply = i + 6, 'OK'
  local claim = redis.call('XPENDING', log, group, id, id, 1)[1]
  i = first + 3 * tonumber(ARGV[i + 5])
  if not claim and not consumerExists() then
    return redis.error_reply('CONSUMERGONE ' .. consumer .. ' is no longer a consumer of ' .. group)
  elseif not claim or claim[2] ~= consumer or claim[4] ~= tonumber(ARGV[first - 5]) then
    reply = 'SETTLED'
  elseif key ~= '' and (redis.call('HGET', state, key) or '') ~= ARGV[first - 3] then
    reply = 'CONFLICT'
  elseif redis.call('XACK', log, group, id) == 1 then
    for o = first, i - 3, 3 do
      local position = redis.call('XADD', log, '*', 'type', ARGV[o], 'event', ARGV[o + 2])
      redis.call('RPUSH', KEYS[tonumber(ARGV[o + 1])], position)
    end
    if key ~= '' and ARGV[first - 2] ~= '' then redis.call('HSET', state, key, ARGV[first - 2]) end
  end
  replies[#replies + 1] = reply
end
return replies
