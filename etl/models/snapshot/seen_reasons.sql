-- one row per code that occurs on a refusal, with the refusals that list it
select reason, any_value(cause) as cause, any_value(layer) as layer, cast(sum(attempts) as bigint) as refusals
from rollup_day
join members using (reason_set_id)
where outcome = 'refused'
group by reason
