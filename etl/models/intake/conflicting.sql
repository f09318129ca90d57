-- one row per landed row that contradicts one of the same age
select source_file, source_row, 'conflicting_copy' as rules_broken, attempt_id, updated_at
from judged
where verdict = 'conflict'
