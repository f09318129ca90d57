-- one row per day, region, stage, currency, outcome and reason set
select
    day,
    region,
    stage,
    currency,
    outcome,
    reason_codes,
    sum(attempts) as attempts,
    sum(amount_cents) as amount_cents,
    sum(amounts_known) as amounts_known
from rollup_wide
group by all
