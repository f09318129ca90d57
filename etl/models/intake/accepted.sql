-- one row per landed row that breaks no rule that keeps a row out
select
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
    amount_requested,
    currency,
    reason_codes,
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
    partner,
    latency_ms,
    shown_message,
    day,
    hour,
    typed.source_file,
    typed.source_row
from typed
left join (
    select distinct source_file, source_row
    from broken_rules
    join rules using (rule)
    where severity = 'quarantine'
) as kept_out
    on typed.source_file = kept_out.source_file and typed.source_row = kept_out.source_row
where kept_out.source_row is null
