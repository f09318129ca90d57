-- one row per landed row: values trimmed and typed, what cannot be typed is null and flagged
with texts as (
    select
        source_file,
        source_row,
        nullif(trim(cast(attempt_id as varchar)), '') as attempt_id,
        nullif(trim(cast(attempted_at as varchar)), '') as attempted_text,
        lower(nullif(trim(cast(outcome as varchar)), '')) as outcome,
        coalesce(lower(nullif(trim(cast(time_grain as varchar)), '')), 'instant') as time_grain,
        nullif(trim(cast(applicant_id as varchar)), '') as applicant_id,
        nullif(trim(cast(stage as varchar)), '') as stage,
        nullif(trim(cast(region as varchar)), '') as region,
        nullif(trim(cast(city as varchar)), '') as city,
        nullif(trim(cast(channel as varchar)), '') as channel,
        nullif(trim(cast(product as varchar)), '') as product,
        nullif(trim(cast(amount_requested as varchar)), '') as amount_text,
        amount_unit,
        upper(nullif(trim(cast(currency as varchar)), '')) as currency,
        nullif(trim(cast(reason_codes as varchar)), '') as reason_codes,
        nullif(trim(cast(scheme as varchar)), '') as scheme,
        nullif(trim(cast(scheme_version as varchar)), '') as scheme_version,
        lower(nullif(trim(cast(evaluation as varchar)), '')) as evaluation,
        nullif(trim(cast(gates_evaluated as varchar)), '') as gates_evaluated,
        nullif(trim(cast(decided_at as varchar)), '') as decided_text,
        nullif(trim(cast(updated_at as varchar)), '') as updated_text,
        nullif(trim(cast(score as varchar)), '') as score_text,
        nullif(trim(cast(app_version as varchar)), '') as app_version,
        nullif(trim(cast(os as varchar)), '') as os,
        nullif(trim(cast(release_ring as varchar)), '') as release_ring,
        nullif(trim(cast(policy_version as varchar)), '') as policy_version,
        nullif(trim(cast(partner as varchar)), '') as partner,
        nullif(trim(cast(latency_ms as varchar)), '') as latency_text,
        nullif(trim(cast(shown_message as varchar)), '') as shown_message
    from landing
),

labels as (
    select
        *,
        case
            when time_grain = 'year' then concat(substring(attempted_text, 1, 4), '-01-01')
            when time_grain = 'month' then concat(substring(attempted_text, 1, 7), '-01')
            else attempted_text
        end as attempted_label
    from texts
),

parsed as (
    select
        *,
        try_cast(attempted_label as timestamptz) as attempted_instant,
        try_cast(decided_text as timestamptz) as decided_instant,
        try_cast(updated_text as timestamptz) as updated_instant,
        cast('1900-01-01' as timestamptz) as earliest,
        cast('2200-01-01' as timestamptz) as latest
    from labels
),

instants as (
    select
        *,
        case when attempted_instant between earliest and latest then attempted_instant at time zone 'UTC' end
            as attempted_at,
        case when decided_instant between earliest and latest then decided_instant at time zone 'UTC' end
            as decided_at,
        case when updated_instant between earliest and latest then updated_instant at time zone 'UTC' end
            as updated_at,
        case
            when attempted_instant not between earliest and latest then null
            when time_grain = 'instant' then attempted_instant at time zone settings.business_zone
            else attempted_instant at time zone 'UTC'
        end as local_at
    from parsed
    cross join settings
)

select
    source_file,
    source_row,
    attempt_id,
    attempted_at,
    outcome,
    time_grain,
    applicant_id,
    stage,
    region,
    city,
    channel,
    product,
    try_cast(try_cast(amount_text as decimal(25, 6)) * cast(amount_unit as decimal(12, 6)) as decimal(18, 2))
        as amount_requested,
    currency,
    case when trim(replace(reason_codes, '|', '')) <> '' then reason_codes end as reason_codes,
    scheme,
    scheme_version,
    evaluation,
    gates_evaluated,
    decided_at,
    updated_at,
    try_cast(score_text as integer) as score,
    app_version,
    os,
    release_ring,
    policy_version,
    partner,
    try_cast(latency_text as integer) as latency_ms,
    shown_message,
    cast(local_at as date) as day,
    case when time_grain = 'instant' then cast(extract(hour from local_at) as tinyint) end as hour,
    attempted_text is not null as is_time_given,
    coalesce(attempted_instant not between earliest and latest, false) as is_time_impossible,
    amount_text is not null as is_amount_given,
    decided_text is not null as is_decided_given,
    updated_text is not null as is_updated_given,
    score_text is not null as is_score_given,
    latency_text is not null as is_latency_given
from instants
