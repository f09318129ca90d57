-- one row per file that rows kept out came in first: how many are open, how many mended, how often they came
select
    source_file,
    count(*) filter (where mended_by is null) as open,
    count(*) filter (where mended_by is not null) as mended,
    cast(sum(times) as bigint) as rows,
    min(source_row) as first_line,
    max(source_row) as last_line
from entries
group by source_file
order by open desc, rows desc, source_file
