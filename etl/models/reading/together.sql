-- one row per two causes (or layers, or reasons) that refusals carry, each with itself too: how many carry both
with sums as (
    select carried.carried as first, others.carried as second, sum(refusals) as refusals
    from refused
    join carried using (reason_set_id)
    join carried as others using (reason_set_id)
    group by all
),

wholes as (
    select first, refusals
    from sums
    where first = second
)

select
    wholes.first,
    others.first as second,
    cast(wholes.refusals as bigint) as refusals,
    cast(coalesce(sums.refusals, 0) as bigint) as refusals_with
from wholes
cross join wholes as others
left join sums on wholes.first = sums.first and others.first = sums.second
