-- one row per reason set that has not exactly one primary reason, or whose fractions do not add up to one
select reason_set_id, count(*) filter (where is_primary) as primaries, sum(units) filter (where is_listed) as units
from members
group by reason_set_id
having
    count(*) filter (where is_primary) <> 1
    or sum(units) filter (where is_listed) <> (select max(units * listed_count) from members)
