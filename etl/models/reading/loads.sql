-- one row per load
select *
from loads
order by loaded_at
