-- one row: the units that one whole refusal is divided into
select max(units * listed_count)
from members
