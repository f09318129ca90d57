-- one row per landed row and rule of the contract that it breaks
select source_file, source_row, 'missing_id' as rule from typed where attempt_id is null
union all
select source_file, source_row, 'missing_time' as rule from typed where not is_time_given
union all
select source_file, source_row, 'unreadable_time' as rule from typed where is_time_given and day is null and not is_time_impossible
union all
select source_file, source_row, 'impossible_time' as rule from typed
where is_time_impossible or day < cast('1970-01-01' as date) or day > cast('2100-01-01' as date)
union all
select source_file, source_row, 'unknown_time_grain' as rule from typed
where time_grain not in ('instant', 'day', 'month', 'year')
union all
select source_file, source_row, 'missing_outcome' as rule from typed where outcome is null
union all
select source_file, source_row, 'unknown_outcome' as rule from typed
where outcome not in ('approved', 'refused', 'withdrawn', 'pending', 'excluded')
union all
select source_file, source_row, 'unreadable_amount' as rule from typed
where is_amount_given and amount_requested is null
union all
select source_file, source_row, 'negative_amount' as rule from typed where amount_requested < 0
union all
select source_file, source_row, 'impossible_amount' as rule from typed where amount_requested > 1000000000000
union all
select source_file, source_row, 'unreadable_detail' as rule from typed
where
    (is_decided_given and decided_at is null)
    or (is_updated_given and updated_at is null)
    or (is_score_given and score is null)
    or (is_latency_given and latency_ms is null)
union all
select source_file, source_row, 'refusal_without_reason' as rule from typed
where outcome = 'refused' and reason_codes is null
union all
select source_file, source_row, 'reason_without_refusal' as rule from typed
where outcome <> 'refused' and reason_codes is not null
union all
select source_file, source_row, 'blank_first_reason' as rule from typed
where outcome = 'refused' and starts_with(reason_codes, '|')
union all
select source_file, source_row, 'missing_region' as rule from typed where region is null
union all
select source_file, source_row, 'missing_amount' as rule from typed where not is_amount_given
