-- one row per day and outcome: what the stored rows themselves add up to
select
    day,
    outcome,
    cast(count(*) as integer) as attempts,
    cast(sum(coalesce(amount_requested, 0)) * 100 as bigint) as amount_cents
from attempts
group by all
