-- one row per row of an attempt that comes more than once; arrival 0: superseded before, 1: in the store, 2: now
select history.*, 0 as arrival from history where attempt_id in (select attempt_id from met)
union all
select stored.*, 1 as arrival from stored where attempt_id in (select attempt_id from met)
union all
select accepted.*, cast(null as varchar) as part, 2 as arrival from accepted where attempt_id in (select attempt_id from met)
