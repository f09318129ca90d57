-- one row per day, hour, every attempt dimension, outcome and reason set
select
    day,
    coalesce(hour, -1) as hour,
    coalesce(region, 'unknown') as region,
    coalesce(city, 'unknown') as city,
    coalesce(channel, 'unknown') as channel,
    coalesce(product, 'unknown') as product,
    coalesce(app_version, 'unknown') as app_version,
    coalesce(os, 'unknown') as os,
    coalesce(release_ring, 'unknown') as release_ring,
    coalesce(partner, 'unknown') as partner,
    coalesce(policy_version, 'unknown') as policy_version,
    coalesce(stage, 'unknown') as stage,
    coalesce(scheme, 'unknown') as scheme,
    coalesce(evaluation, 'unknown') as evaluation,
    coalesce(currency, 'unknown') as currency,
    outcome,
    case when outcome = 'refused' then coalesce(reason_codes, '') else '' end as reason_codes,
    cast(count(*) as integer) as attempts,
    cast(sum(coalesce(amount_requested, 0)) * 100 as bigint) as amount_cents,
    cast(count(amount_requested) as integer) as amounts_known
from attempts
group by all
