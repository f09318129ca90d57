-- one row per list of reasons: whether a code comes twice in it, and whether one needs a text that the log could carry
with lists as (
    select distinct
        trim(regexp_replace(translate(trim(reason_codes), full_width, half_width), '\p{Cf}', '', 'g')) as reason_codes
    from (select distinct cast(reason_codes as varchar) as reason_codes from landing) as landed
    cross join settings
    where reason_codes is not null
),

slots as (
    select reason_codes, trim(slot) as code
    from (select reason_codes, unnest(string_split(reason_codes, '|')) as slot from lists) as split
),

messages as (
    select count(case when cast(shown_message as varchar) >= '!' then 1 end) as texts_given
    from landing
)

select
    reason_codes,
    count(*) > count(distinct slots.code) as is_repeated,
    count(other_codes.code) > 0 and max(texts_given) > 0 as needs_text
from slots
left join other_codes on slots.code = other_codes.code
cross join messages
where slots.code <> ''
group by reason_codes
