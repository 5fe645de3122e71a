#!lua
-- Settles a batch of handled entries of one group: each on its own, in order; an entry that cannot be settled
-- changes nothing. Whatever may fail is tried before anything is changed (a script is atomic, but not undone).
--
-- KEYS  log, the group's state hash, then one subject index per subject of the outputs
-- ARGV  group, consumer, oldest and youngest id of the batch, then of each entry: id, its deliveries, state key (''
--       without state), state as it was read ('' for none), state to write ('' to leave it), number of outputs n,
--       then n times: type, which KEY is its subject's index, text
-- Reply of each entry: 'OK' | 'CONFLICT' (the state is another's) | 'SETTLED' (the claim is not ours any more)
-- Raises NOGROUP when the group or the log is gone, CONSUMERGONE when the consumer is: then XACK would answer 0 as
-- for an entry that was settled, and the entry would be lost.
local log, state, group, consumer = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
for k = 3, #KEYS do redis.call('LLEN', KEYS[k]) end

-- What this consumer holds between the oldest and the youngest: one look for the whole batch.
local held, most = {}, 100000
for _, claim in ipairs(redis.call('XPENDING', log, group, ARGV[3], ARGV[4], most, consumer)) do
  held[claim[1]] = claim[4]
end

local function consumerExists()
  for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', log, group)) do
    if info[2] == consumer then return true end
  end
end

local replies, i = {}, 5
while i <= #ARGV do
  local id, deliveries, key, read, write = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local first, reply = i + 6, 'OK'
  i = first + 3 * ARGV[i + 5]
  if not held[id] and not consumerExists() then
    return redis.error_reply('CONSUMERGONE ' .. consumer .. ' is no longer a consumer of ' .. group)
  elseif held[id] ~= tonumber(deliveries) then
    reply = 'SETTLED'
  elseif key ~= '' and (redis.call('HGET', state, key) or '') ~= read then
    reply = 'CONFLICT'
  elseif redis.call('XACK', log, group, id) == 1 then
    held[id] = nil
    for o = first, i - 3, 3 do
      local position = redis.call('XADD', log, '*', 'type', ARGV[o], 'event', ARGV[o + 2])
      redis.call('RPUSH', KEYS[tonumber(ARGV[o + 1])], position)
    end
    if key ~= '' and write ~= '' then redis.call('HSET', state, key, write) end
  end
  replies[#replies + 1] = reply
end
return replies
