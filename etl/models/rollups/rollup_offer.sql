-- one row per day, channel, product, stage, currency, outcome and reason set
select
    day,
    channel,
    product,
    stage,
    currency,
    outcome,
    reason_codes,
    cast(sum(attempts) as integer) as attempts,
    cast(sum(amount_cents) as bigint) as amount_cents,
    cast(sum(amounts_known) as integer) as amounts_known
from rollup_wide
group by all
