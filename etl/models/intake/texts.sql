-- one row per landed row: every column as text, null where only blanks are left, codes in plain letters
with landed as (
    select
        source_file,
        source_row,
        amount_unit,
        cast(attempt_id as varchar) as attempt_id,
        cast(attempted_at as varchar) as attempted_at,
        cast(outcome as varchar) as outcome,
        cast(time_grain as varchar) as time_grain,
        cast(applicant_id as varchar) as applicant_id,
        cast(stage as varchar) as stage,
        cast(region as varchar) as region,
        cast(city as varchar) as city,
        cast(channel as varchar) as channel,
        cast(product as varchar) as product,
        cast(amount_requested as varchar) as amount_requested,
        cast(currency as varchar) as currency,
        cast(reason_codes as varchar) as reason_codes,
        cast(scheme as varchar) as scheme,
        cast(scheme_version as varchar) as scheme_version,
        cast(evaluation as varchar) as evaluation,
        cast(gates_evaluated as varchar) as gates_evaluated,
        cast(decided_at as varchar) as decided_at,
        cast(updated_at as varchar) as updated_at,
        cast(score as varchar) as score,
        cast(app_version as varchar) as app_version,
        cast(os as varchar) as os,
        cast(release_ring as varchar) as release_ring,
        cast(policy_version as varchar) as policy_version,
        cast(partner as varchar) as partner,
        cast(latency_ms as varchar) as latency_ms,
        cast(shown_message as varchar) as shown_message
    from landing
),

-- comparing with '!' finds what starts with a blank or is empty, and is much cheaper than trimming every text
trimmed as (
    select
        source_file,
        source_row,
        amount_unit,
        case when attempt_id < '!' or attempt_id like '% ' then nullif(trim(attempt_id), '') else attempt_id end
            as attempt_id,
        case
            when attempted_at < '!' or attempted_at like '% ' then nullif(trim(attempted_at), '')
            else attempted_at
        end as attempted_at,
        case when outcome < '!' or outcome like '% ' then nullif(trim(outcome), '') else outcome end as outcome,
        case when time_grain < '!' or time_grain like '% ' then nullif(trim(time_grain), '') else time_grain end
            as time_grain,
        case
            when applicant_id < '!' or applicant_id like '% ' then nullif(trim(applicant_id), '')
            else applicant_id
        end as applicant_id,
        case when stage < '!' or stage like '% ' then nullif(trim(stage), '') else stage end as stage,
        case when region < '!' or region like '% ' then nullif(trim(region), '') else region end as region,
        case when city < '!' or city like '% ' then nullif(trim(city), '') else city end as city,
        case when channel < '!' or channel like '% ' then nullif(trim(channel), '') else channel end as channel,
        case when product < '!' or product like '% ' then nullif(trim(product), '') else product end as product,
        case
            when amount_requested < '!' or amount_requested like '% ' then nullif(trim(amount_requested), '')
            else amount_requested
        end as amount_requested,
        case when currency < '!' or currency like '% ' then nullif(trim(currency), '') else currency end as currency,
        case
            when reason_codes < '!' or reason_codes like '% ' then nullif(trim(reason_codes), '')
            else reason_codes
        end as reason_codes,
        case when scheme < '!' or scheme like '% ' then nullif(trim(scheme), '') else scheme end as scheme,
        case
            when scheme_version < '!' or scheme_version like '% ' then nullif(trim(scheme_version), '')
            else scheme_version
        end as scheme_version,
        case when evaluation < '!' or evaluation like '% ' then nullif(trim(evaluation), '') else evaluation end
            as evaluation,
        case
            when gates_evaluated < '!' or gates_evaluated like '% ' then nullif(trim(gates_evaluated), '')
            else gates_evaluated
        end as gates_evaluated,
        case when decided_at < '!' or decided_at like '% ' then nullif(trim(decided_at), '') else decided_at end
            as decided_at,
        case when updated_at < '!' or updated_at like '% ' then nullif(trim(updated_at), '') else updated_at end
            as updated_at,
        case when score < '!' or score like '% ' then nullif(trim(score), '') else score end as score,
        case when app_version < '!' or app_version like '% ' then nullif(trim(app_version), '') else app_version end
            as app_version,
        case when os < '!' or os like '% ' then nullif(trim(os), '') else os end as os,
        case
            when release_ring < '!' or release_ring like '% ' then nullif(trim(release_ring), '')
            else release_ring
        end as release_ring,
        case
            when policy_version < '!' or policy_version like '% ' then nullif(trim(policy_version), '')
            else policy_version
        end as policy_version,
        case when partner < '!' or partner like '% ' then nullif(trim(partner), '') else partner end as partner,
        case when latency_ms < '!' or latency_ms like '% ' then nullif(trim(latency_ms), '') else latency_ms end
            as latency_ms,
        case
            when shown_message < '!' or shown_message like '% ' then nullif(trim(shown_message), '')
            else shown_message
        end as shown_message
    from landed
),

joined as (
    select *, concat(attempt_id, outcome, time_grain, applicant_id, stage,
        region, channel, product, currency, reason_codes, partner) as codes
    from trimmed
),

-- only what has more bytes than letters can hide some that nobody sees, or have full-width ones
marked as (
    select
        *,
        case
            when bit_length(codes) > 8 * length(codes) then regexp_matches(codes, '[０-９Ａ-Ｚａ-ｚ－＿｜\x{A0}\x{3000}]|\p{Cf}')
            else false
        end as is_made_plain
    from joined
),

shown as (
    select
        source_file,
        source_row,
        amount_unit,
        case
            when is_made_plain then nullif(
                trim(regexp_replace(translate(attempt_id, full_width, half_width), '\p{Cf}', '', 'g')), ''
            )
            else attempt_id
        end as attempt_id,
        attempted_at,
        case
            when is_made_plain then nullif(
                trim(regexp_replace(translate(outcome, full_width, half_width), '\p{Cf}', '', 'g')), ''
            )
            else outcome
        end as outcome,
        case
            when is_made_plain then nullif(
                trim(regexp_replace(translate(time_grain, full_width, half_width), '\p{Cf}', '', 'g')), ''
            )
            else time_grain
        end as time_grain,
        case
            when is_made_plain then nullif(
                trim(regexp_replace(translate(applicant_id, full_width, half_width), '\p{Cf}', '', 'g')), ''
            )
            else applicant_id
        end as applicant_id,
        case
            when is_made_plain then nullif(
                trim(regexp_replace(translate(stage, full_width, half_width), '\p{Cf}', '', 'g')), ''
            )
            else stage
        end as stage,
        case
            when is_made_plain then nullif(
                trim(regexp_replace(translate(region, full_width, half_width), '\p{Cf}', '', 'g')), ''
            )
            else region
        end as region,
        city,
        case
            when is_made_plain then nullif(
                trim(regexp_replace(translate(channel, full_width, half_width), '\p{Cf}', '', 'g')), ''
            )
            else channel
        end as channel,
        case
            when is_made_plain then nullif(
                trim(regexp_replace(translate(product, full_width, half_width), '\p{Cf}', '', 'g')), ''
            )
            else product
        end as product,
        amount_requested,
        case
            when is_made_plain then nullif(
                trim(regexp_replace(translate(currency, full_width, half_width), '\p{Cf}', '', 'g')), ''
            )
            else currency
        end as currency,
        case
            when is_made_plain then nullif(
                trim(regexp_replace(translate(reason_codes, full_width, half_width), '\p{Cf}', '', 'g')), ''
            )
            else reason_codes
        end as reason_codes,
        scheme,
        scheme_version,
        evaluation,
        gates_evaluated,
        decided_at,
        updated_at,
        score,
        app_version,
        os,
        release_ring,
        policy_version,
        case
            when is_made_plain then nullif(
                trim(regexp_replace(translate(partner, full_width, half_width), '\p{Cf}', '', 'g')), ''
            )
            else partner
        end as partner,
        latency_ms,
        shown_message,
        is_made_plain
    from marked
    cross join settings
)

select
    source_file,
    source_row,
    amount_unit,
    attempt_id,
    attempted_at,
    lower(outcome) as outcome,
    coalesce(lower(time_grain), 'instant') as time_grain,
    applicant_id,
    stage,
    region,
    city,
    channel,
    product,
    amount_requested,
    upper(currency) as currency,
    case when trim(replace(reason_codes, '|', '')) <> '' then reason_codes end as reason_codes,
    scheme,
    scheme_version,
    lower(evaluation) as evaluation,
    gates_evaluated,
    decided_at,
    updated_at,
    score,
    app_version,
    os,
    release_ring,
    policy_version,
    partner,
    latency_ms,
    shown_message,
    is_made_plain
from shown
