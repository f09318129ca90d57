-- one row: how many entries are open, how many are mended, and how often all of them came
select
    count(*) filter (where mended_by is null) as open,
    count(*) filter (where mended_by is not null) as mended,
    cast(coalesce(sum(times), 0) as bigint) as rows
from entries
