-- one row per cause (or layer, or reason) that refusals carry: how many do, and how many carry nothing else
select
    carried,
    cast(sum(refusals) as bigint) as refusals,
    cast(coalesce(sum(refusals) filter (where is_alone), 0) as bigint) as refusals_alone
from refused
join carried using (reason_set_id)
group by carried
