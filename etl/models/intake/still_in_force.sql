-- one row per stored row of an outdated part that no newer row took the place of
select * exclude (part)
from outdated
where attempt_id not in (select attempt_id from judged where arrival = 1 and not is_in_force)
