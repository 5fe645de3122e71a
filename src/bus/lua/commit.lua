#!lua
-- Settles a batch of handled entries of one group: each on its own, in order; an entry that cannot be settled
-- changes nothing. Whatever may fail is tried before anything is changed (a script is atomic, but not undone).
--
-- KEYS  log, the group's state hash, then one subject index per subject of the outputs
-- ARGV  group, consumer, oldest and youngest id of the batch, the batch as JSON, then what it refers to, in order.
--       The batch: of each entry [id, its deliveries, 1 with state or 0, then of each output: type, which KEY is its
--       subject's index]. Referred to, of each entry: with state its key, the state as it was read ('' for none) and
--       the state to write ('' to leave it); then the text of each output.
-- Reply: one letter an entry: O (ok) | C (the state is another's) | S (the claim is not ours any more)
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

local settled, replies, at = {}, {}, 6
for n, entry in ipairs(cjson.decode(ARGV[5])) do
  local id, reply, text = entry[1], 'O', at
  if entry[3] == 1 then text = at + 3 end
  if not held[id] and not consumerExists() then
    return redis.error_reply('CONSUMERGONE ' .. consumer .. ' is no longer a consumer of ' .. group)
  elseif held[id] ~= entry[2] then
    reply = 'S'
  elseif entry[3] == 1 and (redis.call('HGET', state, ARGV[at]) or '') ~= ARGV[at + 1] then
    reply = 'C'
  else
    -- Held by us a moment ago in this same step: XACK will answer 1 for it.
    held[id], settled[#settled + 1] = 0, id
    for o = 4, #entry, 2 do
      local position = redis.call('XADD', log, '*', 'type', entry[o], 'event', ARGV[text + (o - 4) / 2])
      redis.call('RPUSH', KEYS[entry[o + 1]], position)
    end
    if entry[3] == 1 and ARGV[at + 2] ~= '' then redis.call('HSET', state, ARGV[at], ARGV[at + 2]) end
  end
  at = text + (#entry - 3) / 2
  replies[n] = reply
end
if #settled > 0 then redis.call('XACK', log, group, unpack(settled)) end
return table.concat(replies)
