-- one row per rollup, the smallest first
select name, columns, rows
from rollups
order by rows, len(columns)
