-- one row per landed row that is kept out of the numbers, with every rule it broke
select source_file, source_row, rules_broken, attempt_id, updated_at from quarantined
union all
select source_file, source_row, rules_broken, attempt_id, updated_at from conflicting
