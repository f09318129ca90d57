-- one row per reason set and distinct code in it, or `unspecified` where its first slot is blank
with codes as (
    select
        reason_set_id,
        slot,
        nullif(trim(split_part(reason_codes, '|', slot)), '') as code
    from reason_sets
    cross join slot_numbers
    where slot <= length(reason_codes) - length(replace(reason_codes, '|', '')) + 1
),

slots as (
    select reason_set_id, slot, coalesce(reason_catalogue.reason, codes.code) as reason
    from codes
    left join reason_catalogue on codes.code = reason_catalogue.code
),

meanings as (
    select distinct reason, cause, layer
    from reason_catalogue
),

listed as (
    select reason_set_id, reason, min(slot) as slot
    from slots
    where reason is not null
    group by reason_set_id, reason
),

listed_counts as (
    select reason_set_id, count(*) as listed_count
    from listed
    group by reason_set_id
),

credited as (
    select reason_set_id, reason, slot, slot = 1 as is_primary, true as is_listed
    from listed
    union all
    select slots.reason_set_id, 'unspecified' as reason, slot, true as is_primary, listed_count is null as is_listed
    from slots
    left join listed_counts on slots.reason_set_id = listed_counts.reason_set_id
    where slot = 1 and slots.reason is null
)

select
    credited.reason_set_id,
    credited.reason,
    coalesce(meanings.cause, 'unmapped') as cause,
    coalesce(meanings.layer, 'unknown') as layer,
    slot,
    is_primary,
    is_listed,
    coalesce(listed_count, 1) as listed_count
from credited
left join listed_counts on credited.reason_set_id = listed_counts.reason_set_id
left join meanings on credited.reason = meanings.reason
