-- one row per day on which an accepted attempt was stored before, other than its own day
select distinct cast(stored_elsewhere.day as varchar) as day
from stored_elsewhere
join accepted on stored_elsewhere.attempt_id = accepted.attempt_id
