-- one row per contender: which row of its attempt is in force (newest first come), and what becomes of those that came now
with told as (
    select
        contenders.*,
        case arrival when 1 then 0 when 0 then 1 else 2 end as precedence,
        case when is_restated_by_order then file_orders.file_order end as file_order,
        case when is_restated_by_order then arrival end as arrival_order,
        case when is_restated_by_order then source_row end as row_order,
        concat_ws(
            chr(31),
            coalesce(cast(attempted_at as varchar), chr(30)),
            coalesce(cast(outcome as varchar), chr(30)),
            coalesce(cast(time_grain as varchar), chr(30)),
            coalesce(cast(applicant_id as varchar), chr(30)),
            coalesce(cast(stage as varchar), chr(30)),
            coalesce(cast(region as varchar), chr(30)),
            coalesce(cast(city as varchar), chr(30)),
            coalesce(cast(channel as varchar), chr(30)),
            coalesce(cast(product as varchar), chr(30)),
            coalesce(cast(amount_requested as varchar), chr(30)),
            coalesce(cast(currency as varchar), chr(30)),
            coalesce(cast(reason_codes as varchar), chr(30)),
            coalesce(cast(scheme as varchar), chr(30)),
            coalesce(cast(scheme_version as varchar), chr(30)),
            coalesce(cast(evaluation as varchar), chr(30)),
            coalesce(cast(gates_evaluated as varchar), chr(30)),
            coalesce(cast(decided_at as varchar), chr(30)),
            coalesce(cast(updated_at as varchar), chr(30)),
            coalesce(cast(score as varchar), chr(30)),
            coalesce(cast(app_version as varchar), chr(30)),
            coalesce(cast(os as varchar), chr(30)),
            coalesce(cast(release_ring as varchar), chr(30)),
            coalesce(cast(policy_version as varchar), chr(30)),
            coalesce(cast(partner as varchar), chr(30)),
            coalesce(cast(latency_ms as varchar), chr(30)),
            coalesce(cast(shown_message as varchar), chr(30))
        ) as content
    from contenders
    join file_orders on contenders.source_file = file_orders.source_file
    cross join settings
),

aged as (
    select
        *,
        dense_rank() over (
            partition by attempt_id
            order by
                updated_at nulls first, file_order nulls first, arrival_order nulls first, row_order nulls first
        ) as age
    from told
),

placed as (
    select
        *,
        row_number() over (partition by attempt_id, age order by precedence, source_file, source_row) as place,
        row_number() over (
            partition by attempt_id, age, content
            order by precedence, source_file, source_row
        ) as copy
    from aged
),

compared as (
    select
        *,
        lag(content) over (partition by attempt_id, place order by age) as older_content,
        lead(content) over (partition by attempt_id, place order by age) as newer_content,
        lead(arrival) over (partition by attempt_id, place order by age) as newer_arrival
    from placed
),

repeated as (
    select
        *,
        copy > 1
        or (place = 1 and coalesce(content = older_content, false))
        or (place = 1 and coalesce(content = newer_content and (newer_arrival < 2 or file_order is not null), false))
            as is_repeated,
        place = 1 and coalesce(content = newer_content, false) as is_copied
    from compared
),

settled as (
    select
        *,
        max(case when place = 1 and arrival > 0 then age end) over (partition by attempt_id) as newest_age,
        max(arrival = 1) over (partition by attempt_id) as is_stored
    from repeated
)

select
    * exclude (
        precedence, file_order, arrival_order, row_order, content, age, place, copy, older_content, newer_content,
        newer_arrival, is_repeated, newest_age, is_stored
    ),
    place = 1 and age = newest_age and arrival > 0 as is_in_force,
    case
        when arrival < 2 then 'known'
        when place > 1 and copy > 1 then 'duplicate'
        when place > 1 then 'conflict'
        when age = newest_age and not is_stored then 'loaded'
        when is_repeated then 'duplicate'
        else 'restated'
    end as verdict
from settled
