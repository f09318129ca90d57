-- one row per store part that holds attempts in force
select day, path, sha256, bytes, rows
from parts
where kind = 'attempts'
order by day, path
