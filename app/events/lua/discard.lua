-- Drops a dead letter for good. ARGV: dead letter, order or "".
-- Returns the number of events, or -1 if the letter is gone.
local letters = exhume(ARGV[1])
if not letters then return -1 end
count('discarded', #letters)
count_in(ARGV[2], #letters)
return #letters
