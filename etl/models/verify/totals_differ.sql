-- one row per day and outcome whose published control totals are not those of the rows
select
    coalesce(control_totals.day, published_totals.day) as day,
    coalesce(control_totals.outcome, published_totals.outcome) as outcome,
    coalesce(control_totals.attempts, 0) as attempts,
    coalesce(published_totals.attempts, 0) as published
from control_totals
full join published_totals
    on control_totals.day = published_totals.day and control_totals.outcome = published_totals.outcome
where
    control_totals.attempts is distinct from published_totals.attempts
    or control_totals.amount_cents is distinct from published_totals.amount_cents
