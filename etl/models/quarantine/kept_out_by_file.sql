-- one row per file with rows kept out, how many, and the lines of the first and the last of them
select source_file, count(*) as rows, min(source_row) as first_line, max(source_row) as last_line
from quarantine
group by source_file
order by rows desc, source_file
