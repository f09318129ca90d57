-- one row per rule that landed rows break, with how many do so
select rule, cast(sum(rows) as bigint) as rows
from combinations
join rules on contains(concat('|', rules_broken, '|'), concat('|', rule, '|'))
group by rule
