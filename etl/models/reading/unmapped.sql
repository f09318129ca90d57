-- one row per code that no catalogue knows, with the refusals that list it
select reason, refusals
from reasons
where cause = 'unmapped' and is_seen
order by refusals desc, reason
