-- one row per reason known or seen
select *
from reasons
order by layer, cause, reason
