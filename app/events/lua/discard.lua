-- Drops a dead letter for good. ARGV: dead letter.
-- Returns the number of events, or -1 if the letter is gone.
local letters = exhume(ARGV[1])
if not letters then return -1 end
count('discarded', #letters)
return #letters
