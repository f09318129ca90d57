-- one row per event of the lender's own calendar
select *
from events
order by start_at
