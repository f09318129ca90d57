-- one row per landed row: values typed, what cannot be typed is null, and every rule that the row breaks joined by |
with parsed as (
    select
        *,
        try_cast(
            case
                when time_grain = 'year' then concat(substring(attempted_at, 1, 4), '-01-01')
                when time_grain = 'month' then concat(substring(attempted_at, 1, 7), '-01')
                else attempted_at
            end as timestamptz
        ) as attempted_parsed,
        try_cast(decided_at as timestamptz) as decided_parsed,
        try_cast(updated_at as timestamptz) as updated_parsed,
        case
            when amount_unit = 1 then try_cast(amount_requested as decimal(18, 2))
            else try_cast(
                try_cast(amount_requested as decimal(25, 6)) * cast(amount_unit as decimal(12, 6)) as decimal(18, 2)
            )
        end as amount,
        try_cast(score as integer) as score_number,
        try_cast(latency_ms as integer) as latency_number
    from texts
),

instants as (
    select
        *,
        case when attempted_parsed between earliest and latest then attempted_parsed end as attempted_instant,
        case when decided_parsed between earliest and latest then decided_parsed end as decided_instant,
        case when updated_parsed between earliest and latest then updated_parsed end as updated_instant,
        attempted_parsed not between earliest and latest as is_time_impossible
    from parsed
    cross join (select cast('1900-01-01' as timestamptz) as earliest, cast('2200-01-01' as timestamptz) as latest)
        as limits
),

local_times as (
    select
        *,
        case
            when time_grain = 'instant' then attempted_instant at time zone business_zone
            else attempted_instant at time zone 'UTC'
        end as local_at
    from instants
    cross join settings
)

select
    attempt_id,
    attempted_instant at time zone 'UTC' as attempted_at,
    outcome,
    time_grain,
    applicant_id,
    stage,
    region,
    city,
    channel,
    product,
    amount as amount_requested,
    currency,
    reason_codes,
    scheme,
    scheme_version,
    evaluation,
    gates_evaluated,
    decided_instant at time zone 'UTC' as decided_at,
    updated_instant at time zone 'UTC' as updated_at,
    score_number as score,
    app_version,
    os,
    release_ring,
    policy_version,
    partner,
    latency_number as latency_ms,
    shown_message,
    cast(local_at as date) as day,
    case when time_grain = 'instant' then cast(extract(hour from local_at) as tinyint) end as hour,
    source_file,
    source_row,
    concat_ws(
        '|',
        case when attempt_id is null then 'missing_id' end,
        case when attempted_at is null then 'missing_time' end,
        case when attempted_at is not null and local_at is null and not coalesce(is_time_impossible, false)
            then 'unreadable_time' end,
        case
            when is_time_impossible or local_at < cast('1970-01-01' as timestamp)
                or local_at >= cast('2100-01-02' as timestamp) then 'impossible_time'
        end,
        case when time_grain not in ('instant', 'day', 'month', 'year') then 'unknown_time_grain' end,
        case when outcome is null then 'missing_outcome' end,
        case when outcome not in ('approved', 'refused', 'withdrawn', 'pending', 'excluded')
            then 'unknown_outcome' end,
        case when amount_requested is not null and amount is null then 'unreadable_amount' end,
        case when amount < 0 then 'negative_amount' end,
        case when amount > 1000000000000 then 'impossible_amount' end,
        case
            when (decided_at is not null and decided_instant is null)
                or (updated_at is not null and updated_instant is null)
                or (score is not null and score_number is null)
                or (latency_ms is not null and latency_number is null) then 'unreadable_detail'
        end,
        case when outcome = 'refused' and reason_codes is null then 'refusal_without_reason' end,
        case when outcome <> 'refused' and reason_codes is not null then 'reason_without_refusal' end,
        case when outcome = 'refused' and starts_with(reason_codes, '|') then 'blank_first_reason' end,
        case when region is null then 'missing_region' end,
        case when amount_requested is null then 'missing_amount' end
    ) as rules_broken
from local_times
