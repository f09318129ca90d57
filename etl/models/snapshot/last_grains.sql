-- one row per grain of time of the rows of the last day
select distinct time_grain
from day_grains
where day = (select max(day) from day_grains)
