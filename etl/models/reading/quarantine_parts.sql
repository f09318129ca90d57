-- one row per store part that holds rows kept out, as they came or each content once
select path
from parts
where kind in ('quarantine', 'entries')
order by path
