-- one row per landed row that is kept out of the numbers, with every rule it breaks
select source_file, source_row, rules_broken, attempt_id, updated_at
from typed
where rules_broken in (select rules_broken from combinations where is_kept_out)
