-- one row per entry and rule that it broke
select source_file, source_row, times, mended_by, unnest(string_split(rules_broken, '|')) as rule
from entries
