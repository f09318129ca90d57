-- one row per combination of rules that rows break together, with how many rows do so and whether it keeps them out
with seen as (
    select rules_broken, count(*) as rows
    from typed
    group by rules_broken
),

kept_out as (
    select distinct rules_broken
    from seen
    join rules on contains(concat('|', rules_broken, '|'), concat('|', rule, '|'))
    where severity = 'quarantine'
)

select seen.rules_broken, rows, kept_out.rules_broken is not null as is_kept_out
from seen
left join kept_out on seen.rules_broken = kept_out.rules_broken
