-- one row per entry, the open ones first, in order of file and line
select source_file, source_row, times, rules_broken, mended_by, raw
from entries
