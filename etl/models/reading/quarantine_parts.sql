-- one row per store part that holds rows kept out
select path
from parts
where kind = 'quarantine'
order by path
