-- one row per day, hour, every attempt dimension, outcome and reason set
select
    day,
    hour,
    region,
    city,
    channel,
    product,
    app_version,
    os,
    release_ring,
    partner,
    policy_version,
    stage,
    scheme,
    evaluation,
    currency,
    outcome,
    reason_codes,
    cast(count(*) as integer) as attempts,
    cast(sum(coalesce(amount_requested, 0)) * 100 as bigint) as amount_cents,
    cast(count(amount_requested) as integer) as amounts_known
from counted_attempts
group by all
