-- one row per text that stands where a time does and is no plain ISO 8601 moment, with the time that it means
with odd as (
    select distinct text
    from (
        select attempted_at as text from texts
        union all
        select decided_at as text from texts
        union all
        select updated_at as text from texts
    ) as all_times
    where
        (substring(text, 5, 1) <> '-' or (text not like '%Z' and text not like '%+00'))
        and not regexp_matches(text, '^\d{4}-\d\d-\d\d[T ]([0-1]\d|2[0-3]):\d\d:\d\d(\.\d+)?([+-]\d\d(:?\d\d)?)?$')
),

-- 2025年1月6日 9时30分 becomes 2025-1-6 9:30
plain as (
    select
        text,
        case
            when bit_length(text) > 8 * length(text) then trim(
                regexp_replace(
                    translate(
                        regexp_replace(translate(text, full_width, half_width), '\p{Cf}', '', 'g'),
                        '年月日号时点分,　秒',
                        '--  :::. '
                    ),
                    '[-: ]+$',
                    ''
                )
            )
            else replace(text, ',', '.')
        end as plain,
        source_zone,
        date_order
    from odd
    cross join settings
),

-- 2025-1-6 下午3:05 becomes 2025-1-6 3:05 of the second half of the day
halved as (
    select
        * exclude (plain),
        trim(regexp_replace(plain, ' *(上午|下午|[AaPp]\.?[Mm]\.?) *', ' ')) as plain,
        case when contains(plain, '上午') or regexp_matches(plain, '[Aa]\.?[Mm]') then 'first' else 'second' end as half
    from plain
    where regexp_matches(plain, '[上下]午|[AaPp]\.?[Mm]')
    union all
    select * exclude (plain), plain, null as half
    from plain
    where not regexp_matches(plain, '[上下]午|[AaPp]\.?[Mm]')
),

shaped as (
    select
        *,
        case
            when regexp_matches(plain, '^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ]|$)') then 'year first'
            when regexp_matches(plain, '^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}([T ]|$)') then 'year last'
            when regexp_matches(plain, '^\d{8}([T ]|\d{6}$|$)') then 'digits'
            when regexp_matches(plain, '^\d{4}([-/.]\d{1,2}|\d\d)$') then 'month'
            when regexp_matches(plain, '^\d{4}$') then 'year'
            when regexp_matches(plain, '^[1-4]\d{9}(\d{3})?(\.\d+)?$') then 'epoch'
            when regexp_matches(plain, '^[2-7]\d{4}(\.\d+)?$') then 'spreadsheet'
        end as shape
    from halved
),

numbered as (
    select
        *,
        case when shape = 'year last' then try_cast(regexp_extract(plain, '^(\d{1,2})', 1) as integer) end
            as first_number,
        case when shape = 'year last' then try_cast(regexp_extract(plain, '^\d{1,2}[-/.](\d{1,2})', 1) as integer) end
            as second_number,
        case
            when shape not in ('year first', 'year last', 'digits') or regexp_matches(plain, '^[-/.\d]{8,10}$') then ''
            when regexp_matches(plain, '^\d{14}$')
                then concat(substring(plain, 9, 2), ':', substring(plain, 11, 2), ':', substring(plain, 13, 2))
            when shape = 'digits' and regexp_matches(plain, '[T ]\d{4}')
                then regexp_replace(
                    regexp_replace(regexp_extract(plain, '[T ](.+)$', 1), '^(\d\d)(\d\d)(\d\d)', '\1:\2:\3'),
                    '^(\d\d)(\d\d)',
                    '\1:\2'
                )
            else regexp_extract(plain, '^[-/.\d]+[T ]+(.+)$', 1)
        end as clock_text
    from shaped
),

pieces as (
    select
        *,
        coalesce(
            date_order,
            case
                when first_number > 12 then 'day-first'
                when second_number > 12 then 'month-first'
                when first_number = second_number then 'day-first'
            end
        ) as number_order,
        case
            when clock_text = '' then half is null
            when half = 'first' and not regexp_matches(clock_text, '^(0?\d|1[0-2])(\D|$)') then false
            else regexp_matches(
                clock_text, '^([0-1]?\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d+)?)?)?( ?(Z|UTC|GMT|[+-]\d\d(:?\d\d)?))?$'
            )
        end as is_clock,
        case
            when clock_text = '' then '00:00'
            when contains(clock_text, ':') then regexp_extract(clock_text, '^([:.\d]+)', 1)
            else concat(regexp_extract(clock_text, '^(\d{1,2})', 1), ':00')
        end as clock,
        case
            when clock_text = '' then ''
            else replace(
                replace(regexp_extract(clock_text, '(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)$', 1), 'UTC', 'Z'), 'GMT', 'Z'
            )
        end as clock_offset
    from numbered
),

-- 12 is the first hour of a half of twelve hours; an hour after 12 says itself which half it is in
clocks as (
    select
        * exclude (clock),
        case
            when half = 'first' then regexp_replace(clock, '^12:', '0:')
            when half = 'second' and regexp_matches(clock, '^(0?\d|1[0-1]):')
                then concat(cast(regexp_extract(clock, '^(\d+)', 1) as integer) + 12, regexp_extract(clock, '(:.*)$', 1))
            else clock
        end as clock
    from pieces
),

dated as (
    select
        *,
        case
            when shape = 'year first'
                then regexp_replace(regexp_extract(plain, '^([-/.\d]+)', 1), '[/.]', '-', 'g')
            when shape = 'year last' and number_order = 'day-first'
                then concat(regexp_extract(plain, '(\d{4})', 1), '-', second_number, '-', first_number)
            when shape = 'year last' and number_order = 'month-first'
                then concat(regexp_extract(plain, '(\d{4})', 1), '-', first_number, '-', second_number)
            when shape = 'digits'
                then concat(substring(plain, 1, 4), '-', substring(plain, 5, 2), '-', substring(plain, 7, 2))
            when shape = 'month' then concat(substring(plain, 1, 4), '-', regexp_extract(plain, '(\d{1,2})$', 1), '-1')
            when shape = 'year' then concat(plain, '-1-1')
        end as date_text
    from clocks
),

timed as (
    select
        *,
        case
            when is_clock and date_text is not null then try_cast(concat(date_text, ' ', clock) as timestamp)
            when shape = 'spreadsheet'
                then cast('1899-12-30' as timestamp)
                + cast(substring(plain, 1, 5) as integer) * interval 1 day
                + cast(round(cast(concat('0', substring(plain, 6)) as double) * 86400) as integer) * interval 1 second
        end as written_at,
        case
            when shape = 'epoch'
                then to_timestamp(cast(substring(plain, 1, 10) as bigint)) at time zone 'UTC'
                + cast(substring(concat(replace(substring(plain, 11), '.', ''), '000000'), 1, 6) as integer)
                * interval 1 microsecond
            when is_clock and clock_offset <> ''
                then try_cast(concat(date_text, ' ', clock, clock_offset) as timestamptz) at time zone 'UTC'
        end as told_instant
    from dated
)

select
    text,
    coalesce(
        told_instant, try_cast(concat(cast(written_at as varchar), ' ', source_zone) as timestamptz) at time zone 'UTC'
    ) as instant_at,
    coalesce(written_at, told_instant at time zone 'UTC' at time zone source_zone) as written_at,
    case
        when shape in ('year', 'month') then shape
        when shape in ('year first', 'year last', 'digits') and clock_text = '' then 'day'
        when shape = 'spreadsheet' and not contains(plain, '.') then 'day'
        else 'instant'
    end as time_grain,
    shape = 'year last' and number_order is null as is_ambiguous,
    not regexp_matches(text, '^\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d(:?\d\d)?)?)?)?)?$')
        as is_rewritten
from timed
