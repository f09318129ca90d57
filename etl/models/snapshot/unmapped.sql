-- one row per code that no catalogue knows, with the refusals that list it
select reason, cast(sum(attempts) as bigint) as refusals
from rollup_day
join members using (reason_set_id)
where outcome = 'refused' and cause = 'unmapped'
group by reason
