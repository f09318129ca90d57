-- one row per row of an attempt that a newer one took the place of just now, in the store or on its way there
select * exclude (part, arrival, is_copied, is_in_force, verdict)
from judged
where (arrival = 1 and not is_in_force and not is_copied) or (verdict = 'restated' and not is_in_force)
