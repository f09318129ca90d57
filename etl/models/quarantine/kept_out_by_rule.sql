-- one row per rule that entries broke: how many are open, how many mended, how often they came, and the first of them
select
    rule,
    count(*) filter (where mended_by is null) as open,
    count(*) filter (where mended_by is not null) as mended,
    cast(sum(times) as bigint) as rows,
    arg_min(source_file, (mended_by is not null, source_file, source_row)) as first_file,
    arg_min(source_row, (mended_by is not null, source_file, source_row)) as first_line
from rules_of_rows
group by rule
order by open desc, rows desc, rule
