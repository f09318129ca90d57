-- one row per reason set of a rollup that has no members
select distinct reason_set_id
from rollup_day
where reason_set_id not in (select reason_set_id from members)
