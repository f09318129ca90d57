-- one row per day and outcome of the rollup in hand whose sums differ from the control totals
with sums as (
    select rollup, day, outcome, sum(attempts) as attempts, sum(amount_cents) as amount_cents
    from in_hand
    group by all
)

select
    sums.rollup,
    coalesce(sums.day, control_totals.day) as day,
    coalesce(sums.outcome, control_totals.outcome) as outcome,
    sums.attempts as attempts_summed,
    control_totals.attempts as attempts_expected
from sums
full join control_totals on sums.day = control_totals.day and sums.outcome = control_totals.outcome
where
    sums.attempts is distinct from control_totals.attempts
    or sums.amount_cents is distinct from control_totals.amount_cents
