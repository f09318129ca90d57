-- one row: how many slots the longest list of reasons has
select max(length(reason_codes) - length(replace(reason_codes, '|', '')) + 1)
from reason_sets
