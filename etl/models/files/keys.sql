-- one row per key of any object, in order of appearance
select key
from (select unnest(json_keys(line)) as key, __row from objects) as keys
group by key
order by min(__row), key
