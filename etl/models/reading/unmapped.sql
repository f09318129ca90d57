-- one row per code that no catalogue knows
select reason, refusals
from unmapped
order by refusals desc, reason
