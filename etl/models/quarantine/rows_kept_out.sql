-- one row per row kept out, in order of file and line
select source_file, source_row, rules_broken, raw
from quarantine
order by source_file, source_row, rules_broken
