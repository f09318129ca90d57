-- one row per day and grain of time: how many attempts, and the newest of them
select
    day,
    time_grain,
    cast(count(*) as integer) as attempts,
    max(attempted_at) as newest_at
from attempts
group by all
