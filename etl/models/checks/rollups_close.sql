-- one row per rollup, day and outcome whose sums differ from the control totals
with sums as (
    select 'rollup_wide' as rollup, day, outcome, sum(attempts) as attempts, sum(amount_cents) as amount_cents
    from rollup_wide group by all
    union all
    select 'rollup_region' as rollup, day, outcome, sum(attempts) as attempts, sum(amount_cents) as amount_cents
    from rollup_region group by all
    union all
    select 'rollup_hour' as rollup, day, outcome, sum(attempts) as attempts, sum(amount_cents) as amount_cents
    from rollup_hour group by all
    union all
    select 'rollup_day' as rollup, day, outcome, sum(attempts) as attempts, sum(amount_cents) as amount_cents
    from rollup_day group by all
),

expected as (
    select rollup, day, outcome, attempts, amount_cents
    from control_totals
    cross join (select distinct rollup from sums) as names
)

select
    coalesce(sums.rollup, expected.rollup) as rollup,
    coalesce(sums.day, expected.day) as day,
    coalesce(sums.outcome, expected.outcome) as outcome,
    sums.attempts as attempts_summed,
    expected.attempts as attempts_expected
from sums
full join expected
    on sums.rollup = expected.rollup and sums.day = expected.day and sums.outcome = expected.outcome
where
    sums.attempts is distinct from expected.attempts
    or sums.amount_cents is distinct from expected.amount_cents
