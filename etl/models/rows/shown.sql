-- one row per attempt of `page`, as readers may see it: ids masked, times in the business zone or as the log labels them
select
    page.day as ordered_day,
    page.attempted_at as ordered_at,
    page.attempt_id as ordered_id,
    case page.time_grain
        when 'instant'
            then strftime(page.attempted_at at time zone 'UTC' at time zone reading.zone, '%Y-%m-%dT%H:%M:%S')
        when 'day' then strftime(page.attempted_at, '%Y-%m-%d')
        when 'month' then strftime(page.attempted_at, '%Y-%m')
        else strftime(page.attempted_at, '%Y')
    end as attempted_at,
    case when page.time_grain = 'instant' then reading.zone end as zone,
    page.outcome,
    page.units,
    case when page.outcome = 'refused' then reasons_in_order.reasons end as reasons,
    case when page.outcome = 'refused' then reasons_in_order.causes end as causes,
    page.shown_message,
    page.amount_requested,
    page.currency,
    page.region,
    page.city,
    page.channel,
    page.product,
    page.app_version,
    page.os,
    page.release_ring,
    page.partner,
    page.policy_version,
    page.stage,
    page.scheme,
    page.scheme_version,
    page.evaluation,
    page.gates_evaluated,
    page.score,
    strftime(page.decided_at at time zone 'UTC' at time zone reading.zone, '%Y-%m-%dT%H:%M:%S') as decided_at,
    page.latency_ms,
    'P-' || upper(substring(sha256(reading.mask || page.applicant_id), 1, 12)) as applicant,
    'A-' || upper(substring(sha256(reading.mask || page.attempt_id), 1, 12)) as attempt,
    page.source_file,
    page.source_row
from page
cross join reading
left join reasons_in_order on page.reason_set_id = reasons_in_order.reason_set_id
