-- one row per currency in which some amount is known
select distinct currency
from rollup_day
where amounts_known > 0
