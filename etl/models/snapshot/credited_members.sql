-- one row per reason set and distinct code in it, with its share of one refusal in whole units
select members.*, cast(whole.units / listed_count as bigint) as units
from members
cross join whole
