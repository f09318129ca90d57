-- one row per distinct content that is kept out: where it came first, how often, and which file its attempt is in force from, if any
-- of lines of which nothing is kept, nobody knows which are the same
with told as (
    select
        kept_out.*,
        case when regexp_matches(raw, '^\(\d+ characters, not kept: ') then concat(kept_out.source_file, ':', source_row) end as place,
        case when is_restated_by_order then file_order end as kept_order
    from kept_out
    left join file_orders on kept_out.source_file = file_orders.source_file
),

contents as (
    select
        rules_broken,
        raw,
        attempt_id,
        arg_min(source_file, (source_file, source_row)) as source_file,
        arg_min(source_row, (source_file, source_row)) as source_row,
        count(*) as times,
        max(coalesce(updated_at, timestamp '0001-01-01')) as updated_at,
        max(kept_order) as kept_order,
        contains(concat('|', rules_broken, '|'), '|conflicting_copy|') as is_conflict
    from told
    group by rules_broken, raw, attempt_id, place
),

counting as (
    select in_force.*, coalesce(updated_at, timestamp '0001-01-01') as told_at, file_order
    from in_force
    left join file_orders on in_force.source_file = file_orders.source_file
),

met as (
    select
        contents.*,
        case
            when is_conflict and told_at > contents.updated_at then counting.source_file
            when is_conflict and retold.attempt_id is not null then retold.source_file
            when is_conflict or told_at < contents.updated_at then null
            when told_at = contents.updated_at and file_order < kept_order then null
            else counting.source_file
        end as mended_by
    from contents
    left join counting on contents.attempt_id = counting.attempt_id
    left join retold
        on contents.attempt_id = retold.attempt_id
        and contents.source_file = retold.source_file
        and contents.source_row = retold.source_row
)

select source_file, source_row, times, rules_broken, mended_by, raw
from met
order by mended_by is not null, source_file, source_row, rules_broken, raw
