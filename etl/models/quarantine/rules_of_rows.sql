-- one row per row kept out and rule that it broke
select source_file, source_row, unnest(string_split(rules_broken, '|')) as rule
from quarantine
