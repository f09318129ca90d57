-- one row per landed row that is kept out of the numbers, with every rule it broke
select source_file, source_row, rules_broken
from (
    select
        source_file,
        source_row,
        string_agg(rule, '|' order by rule) as rules_broken,
        count(*) filter (where severity = 'quarantine') as blocking
    from broken_rules
    join rules using (rule)
    group by source_file, source_row
) as broken
where blocking > 0
