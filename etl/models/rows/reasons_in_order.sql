-- one row per reason set: its reasons and the cause of each, the primary one first
select
    reason_set_id,
    string_agg(reason, '|' order by slot) as reasons,
    string_agg(cause, '|' order by slot) as causes
from members
group by reason_set_id
