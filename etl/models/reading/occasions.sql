-- one row per event of the lender's own calendar, and per day on which another code list begins
select start_at, last_at, region, en, zh, false as is_break
from events
union all
select cast(first_day as timestamp) as start_at, cast(first_day as timestamp) as last_at, null as region, en, zh, true as is_break
from scheme_versions
where is_break
order by start_at, is_break
