-- one row per attempt in force of which a row is kept out
select attempt_id, source_file, updated_at
from attempts
where attempt_id in (select attempt_id from kept_out)
