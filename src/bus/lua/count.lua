#!lua flags=no-writes
-- Counts the entries of some types after a position, one page of the log a call: it costs what it looks at.
--
-- KEYS  log
-- ARGV  position, entries to look at, types… (none: all)
-- Reply: { how many, position to go on from, or '' at the end }
local wanted, counted = {}, 0
for i = 3, #ARGV do wanted[ARGV[i]] = true end
local page = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
for _, entry in ipairs(page) do
  local type
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'type' then type = entry[2][i + 1] end
  end
  if #ARGV == 2 or not type or wanted[type] then counted = counted + 1 end
end
if #page < tonumber(ARGV[2]) then return { counted, '' } end
return { counted, page[#page][1] }
