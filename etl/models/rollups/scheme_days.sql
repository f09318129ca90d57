-- one row per day, code list and version of it
select
    day,
    coalesce(scheme, 'unknown') as scheme,
    coalesce(scheme_version, '') as scheme_version,
    cast(count(*) as integer) as attempts
from attempts
group by all
