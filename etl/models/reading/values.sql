-- one row per dimension with its values, the most frequent first
select dimension, list(value order by attempts desc, value)
from dimension_values
group by dimension
