-- one row per code list and version that the log names, with its first day and its attempts
select
    scheme,
    scheme_version,
    min(day) as first_day,
    cast(sum(attempts) as bigint) as attempts
from scheme_days
where scheme <> 'unknown'
group by scheme, scheme_version
order by first_day, scheme, scheme_version
