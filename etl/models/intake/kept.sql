-- one row per attempt to be written: the accepted rows that are in force
select accepted.*
from accepted
where attempt_id not in (select attempt_id from met)
union all
select * exclude (part, arrival, is_copied, is_in_force, verdict)
from judged
where arrival = 2 and is_in_force
