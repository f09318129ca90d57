-- one row per distinct list of reasons; known lists keep their id, new ones follow
with fresh as (
    select distinct reason_codes
    from rollup_day
),

added as (
    select fresh.reason_codes
    from fresh
    left join previous_reason_sets on fresh.reason_codes = previous_reason_sets.reason_codes
    where previous_reason_sets.reason_codes is null
)

select reason_set_id, reason_codes
from previous_reason_sets
union all
select
    cast(row_number() over (order by reason_codes) + (select coalesce(max(reason_set_id), 0) from previous_reason_sets) as integer)
        as reason_set_id,
    reason_codes
from added
