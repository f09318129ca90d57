-- one row per grain of time of the rows of the last day, which is always among the fresh ones
select distinct time_grain
from memory.attempts
where day = (select max(day) from memory.attempts)
