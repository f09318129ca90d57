-- one row per rule that kept a row out or was broken by one, with how many rows there are and the first of them
select rule, count(*) as rows, arg_min(source_file, (source_file, source_row)) as first_file, arg_min(source_row, (source_file, source_row)) as first_line
from rules_of_rows
group by rule
order by rows desc, rule
