-- one row: the counts of all loads together
select sum(rows_read), sum(restated), sum(duplicates), sum(quarantined)
from loads
