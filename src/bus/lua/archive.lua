#!lua flags=allow-oom
-- Moves the head of the archive, if it is still where the caller read it, and trims the log behind it: to the least of
-- the head, the oldest to keep, what each group has not settled, and the oldest dead letter. Retired groups hold
-- nothing; a group that vanished holds everything, until somebody says where it goes on or retires it. Whoever finds another head has changed nothing; sent twice, the second finds its own.
--
-- KEYS  log, head of the archive, hash of the retired groups, then the dead letters of each group
-- ARGV  hash of the head as it was read ('' for none), position, hash and count of the new one, oldest position to keep,
--       the file that ends at the new head ('' where it stays), then the groups whose dead letters stand in KEYS
-- Reply: { 'LOST', hash and file of the head }, or { 'OK', entries trimmed, where the log begins now, the group that holds it or
--        '', 'dead' when it is its dead letters, 'vanished' when it is gone }
local log, head, retired = KEYS[1], KEYS[2], KEYS[3]
local found = redis.call('HGET', head, 'hash') or ''
if found ~= ARGV[1] then return { 'LOST', found, redis.call('HGET', head, 'file') or '' } end

local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local function before(a, b)
  local ams, aseq = parts(a)
  local bms, bseq = parts(b)
  return ams < bms or (ams == bms and aseq < bseq)
end

local floor, holder, by = ARGV[2], '', ''
if before(ARGV[5], floor) then floor = ARGV[5] end
local function hold(id, group, what)
  if before(id, floor) then floor, holder, by = id, group, what end
end

local there = {}
for _, info in ipairs(redis.call('XINFO', 'GROUPS', log)) do
  local group = info[2]
  there[group] = true
  if redis.call('HEXISTS', retired, group) == 0 then
    hold(info[8], group, '')
    local oldest = redis.call('XPENDING', log, group)[2]
    if oldest then hold(oldest, group, '') end
  end
end
for k = 4, #KEYS do
  local group = ARGV[k + 3]
  if redis.call('HEXISTS', retired, group) == 0 then
    for _, id in ipairs(redis.call('HKEYS', KEYS[k])) do hold(id, group, 'dead') end
    if not there[group] then hold('0-0', group, 'vanished') end
  end
end

redis.call('HSET', head, 'position', ARGV[2], 'hash', ARGV[3], 'count', ARGV[4])
if ARGV[6] ~= '' then redis.call('HSET', head, 'file', ARGV[6]) end
local trimmed = redis.call('XTRIM', log, 'MINID', '=', floor)
-- Until something is trimmed nobody needs the archive to read the log.
if trimmed > 0 then redis.call('HSET', head, 'trimmed', floor) end
return { 'OK', trimmed, floor, holder, by }
