-- one row per landed row: values typed, what cannot be typed is null, and every rule that the row breaks joined by |
with moments as (
    select
        texts.*,
        business_zone,
        loaded_at,
        case
            when attempted_written.text is not null then attempted_written.instant_at
            when attempted_at like '%Z' or attempted_at like '%+00' then try_cast(attempted_at as timestamp)
            when regexp_matches(attempted_at, '[T ][.:\d]+$')
                then try_cast(concat(attempted_at, ' ', source_zone) as timestamptz) at time zone 'UTC'
            else try_cast(attempted_at as timestamptz) at time zone 'UTC'
        end as attempted_moment,
        case
            when decided_written.text is not null then decided_written.instant_at
            when decided_at like '%Z' or decided_at like '%+00' then try_cast(decided_at as timestamp)
            when regexp_matches(decided_at, '[T ][.:\d]+$')
                then try_cast(concat(decided_at, ' ', source_zone) as timestamptz) at time zone 'UTC'
            else try_cast(decided_at as timestamptz) at time zone 'UTC'
        end as decided_moment,
        case
            when updated_written.text is not null then updated_written.instant_at
            when updated_at like '%Z' or updated_at like '%+00' then try_cast(updated_at as timestamp)
            when regexp_matches(updated_at, '[T ][.:\d]+$')
                then try_cast(concat(updated_at, ' ', source_zone) as timestamptz) at time zone 'UTC'
            else try_cast(updated_at as timestamptz) at time zone 'UTC'
        end as updated_moment,
        case when texts.time_grain <> 'instant' then
            case
                when attempted_written.text is not null then attempted_written.written_at
                else try_cast(substring(attempted_at, 1, 10) as timestamp)
            end
        end as written_label,
        coalesce(attempted_written.time_grain, 'instant') as written_grain,
        coalesce(decided_written.time_grain, 'instant') as decided_grain,
        coalesce(attempted_written.is_ambiguous, false) as is_ambiguous,
        coalesce(attempted_written.is_rewritten, false) as is_time_rewritten
    from texts
    cross join settings
    left join written_times as attempted_written on attempted_at = attempted_written.text
    left join written_times as decided_written on decided_at = decided_written.text
    left join written_times as updated_written on updated_at = updated_written.text
),

-- a time coarser than an instant is a label that no zone moves; 24:00 would be a moment of another day
labelled as (
    select
        *,
        case
            when time_grain = 'year' then date_trunc('year', written_label)
            when written_grain = 'year' then null
            when time_grain = 'month' then date_trunc('month', written_label)
            when written_grain = 'month' then null
            when time_grain <> 'instant' then written_label
            when attempted_at not like '%T24:%' and attempted_at not like '% 24:%' then attempted_moment
        end as attempted_parsed
    from moments
),

amounts as (
    select *, try_cast(amount_requested as decimal(18, 2)) as plain_amount
    from labelled
),

odd_amounts as (
    select
        *,
        case
            when amount_requested is not null and plain_amount is null
                then trim(
                    regexp_replace(
                        translate(translate(amount_requested, full_width, half_width), '￥￡　’', '¥£ '''),
                        '\p{Cf}', '', 'g'
                    )
                )
        end as odd_text
    from amounts
    cross join (select full_width, half_width from settings) as alphabets
),

-- ¥1,234.50, 1.5万 and full-width digits are numbers; 1.234,50 could be two of them
-- an amount that says itself that it is in yuan, or in 万 or 亿 of them, is not in the unit of the others
written_amounts as (
    select
        *,
        regexp_replace(
            odd_text, '^([¥$€£元]|RMB|CNY|USD|EUR|GBP) ?| ?([¥$€£元]|RMB|CNY|USD|EUR|GBP)$', '', 'g'
        ) as odd_amount,
        case when regexp_matches(odd_text, '[¥元万亿]|RMB|CNY') then 1 else amount_unit end as unit,
        regexp_extract(odd_text, '[¥$€£元]|RMB|CNY|USD|EUR|GBP') as currency_sign
    from odd_amounts
),

digits as (
    select
        *,
        case
            when regexp_matches(odd_amount, '^[-+]?(\d+|\d{1,3}([, '']\d{3})+)(\.\d+)? ?[万亿]?$')
                then regexp_replace(odd_amount, '[^-.\d]', '', 'g')
        end as odd_digits,
        case
            when odd_digits is null or not regexp_matches(currency, '^[A-Z]{3}$') then false
            when currency_sign = '¥' then currency not in ('CNY', 'CNH', 'RMB', 'JPY')
            when currency_sign = '元' then currency not in ('CNY', 'CNH', 'RMB', 'JPY', 'HKD', 'TWD', 'MOP', 'SGD')
            when currency_sign in ('RMB', 'CNY') then currency not in ('CNY', 'CNH', 'RMB')
            when currency_sign = '$' then not regexp_matches(currency, 'D$|^(MXN|BRL|ARS|CLP|COP|UYU|MOP)$')
            when currency_sign = '€' then currency <> 'EUR'
            when currency_sign = '£' then currency <> 'GBP'
            when currency_sign in ('USD', 'EUR', 'GBP') then currency <> currency_sign
            else false
        end as is_of_another_currency,
        odd_digits is not null and unit <> amount_unit and not regexp_matches(odd_text, '[万亿]') as is_in_own_unit,
        case when odd_amount like '%万' then 10000 when odd_amount like '%亿' then 100000000 else 1 end as odd_factor
    from written_amounts
),

numbers as (
    select
        *,
        case
            when unit = 1 and odd_digits is null then plain_amount
            else try_cast(
                try_cast(
                    try_cast(coalesce(odd_digits, amount_requested) as decimal(22, 6))
                    * cast(odd_factor as decimal(9, 0)) as decimal(22, 6)
                ) * cast(unit as decimal(15, 6)) as decimal(18, 2)
            )
        end as amount,
        try_cast(score as integer) as score_number,
        try_cast(latency_ms as integer) as latency_number
    from digits
),

possible as (
    select
        *,
        case when attempted_parsed between earliest and latest then attempted_parsed end as attempted,
        case when decided_moment between earliest and latest then decided_moment end as decided,
        case when updated_moment between earliest and latest then updated_moment end as updated
    from numbers
    cross join (select cast('1900-01-01' as timestamp) as earliest, cast('2200-01-01' as timestamp) as latest)
        as limits
),

local_times as (
    select
        possible.*,
        case
            when time_grain = 'instant' then attempted at time zone 'UTC' at time zone business_zone
            else attempted
        end as local_at,
        reason_lists.is_repeated as is_reason_repeated,
        reason_lists.needs_text as needs_text
    from possible
    left join reason_lists on possible.reason_codes = reason_lists.reason_codes
)

select
    attempt_id,
    attempted as attempted_at,
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
    decided as decided_at,
    updated as updated_at,
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
        case when attempted_at is not null and attempted_parsed is null and not is_ambiguous
            then 'unreadable_time' end,
        case when is_ambiguous then 'ambiguous_time' end,
        case
            when attempted is null and attempted_parsed is not null then 'impossible_time'
            when local_at < cast('1970-01-01' as timestamp) then 'impossible_time'
            when local_at >= cast('2100-01-02' as timestamp) then 'impossible_time'
        end,
        case when attempted_parsed > loaded_at + interval 1 day then 'future_time' end,
        case when time_grain not in ('instant', 'day', 'month', 'year') then 'unknown_time_grain' end,
        case when outcome is null then 'missing_outcome' end,
        case when outcome not in ('approved', 'refused', 'withdrawn', 'pending', 'excluded')
            then 'unknown_outcome' end,
        case when amount_requested is not null and amount is null then 'unreadable_amount' end,
        case when amount < 0 then 'negative_amount' end,
        case when amount > 1000000000000 then 'impossible_amount' end,
        case when is_of_another_currency then 'contradicting_currency' end,
        case
            when
                (decided_at is not null and decided is null)
                or (updated_at is not null and updated is null)
                or (score is not null and score_number is null)
                or (latency_ms is not null and latency_number is null)
                then 'unreadable_detail'
        end,
        case when time_grain = 'instant' and written_grain = 'day' and attempted is not null
            then 'missing_time_of_day' end,
        case when time_grain = 'instant' and written_grain = 'instant' and decided_grain = 'instant'
            and decided < attempted then 'decided_before_attempted' end,
        case when outcome = 'refused' and reason_codes is null then 'refusal_without_reason' end,
        case when outcome <> 'refused' and reason_codes is not null then 'reason_without_refusal' end,
        case when outcome = 'refused' and starts_with(reason_codes, '|') then 'blank_first_reason' end,
        case when is_reason_repeated then 'repeated_reason' end,
        case when outcome = 'refused' and needs_text and shown_message is null then 'other_without_text' end,
        case when region is null then 'missing_region' end,
        case when region not in (select regions.region from regions) then 'unknown_region' end,
        case when amount_requested is null then 'missing_amount' end,
        case when is_in_own_unit then 'amount_in_own_unit' end,
        case when is_time_rewritten and attempted is not null then 'time_rewritten' end,
        case when odd_digits <> amount_requested then 'amount_rewritten' end,
        case when is_made_plain then 'code_made_plain' end
    ) as rules_broken
from local_times
