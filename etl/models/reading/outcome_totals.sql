-- one row per outcome
select outcome, sum(attempts)
from rollup_day
group by outcome
