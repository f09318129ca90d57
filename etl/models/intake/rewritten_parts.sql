-- one row per store part that holds a row no longer in force
select distinct part
from judged
where arrival = 1 and not is_in_force
