-- one row per rule of the contract that was broken
select *
from quarantine_rules
order by severity, rows desc, rule
