-- one row per day, every attempt dimension but place and hour, outcome and reason set
select
    day,
    channel,
    product,
    app_version,
    os,
    release_ring,
    partner,
    policy_version,
    scheme,
    evaluation,
    stage,
    currency,
    outcome,
    reason_codes,
    cast(sum(attempts) as integer) as attempts,
    cast(sum(amount_cents) as bigint) as amount_cents,
    cast(sum(amounts_known) as integer) as amounts_known
from rollup_wide
group by all
