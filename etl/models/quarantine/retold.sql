-- one row per row that contradicted another one when it came and was loaded since
with conflicts as (
    select attempt_id, source_file, source_row
    from kept_out
    where contains(rules_broken, 'conflicting_copy')
),

loaded as (
    select attempt_id, source_file, source_row from attempts where attempt_id in (select attempt_id from conflicts)
    union
    select attempt_id, source_file, source_row from history where attempt_id in (select attempt_id from conflicts)
)

select loaded.*
from loaded
semi join conflicts using (attempt_id, source_file, source_row)
