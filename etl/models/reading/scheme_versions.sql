-- one row per code list and version of it, in the order of time
select scheme, scheme_version, first_day, attempts, is_break, en, zh
from scheme_versions
order by first_day, scheme, scheme_version
