-- one row per attempt: the newest of what was stored and what was accepted, the first come among equals
select *
from (
    select *, 0 as arrival from stored
    union all
    select *, 1 as arrival from accepted
) as contenders
qualify row_number() over (
    partition by attempt_id
    order by updated_at desc nulls last, arrival, source_file, source_row
) = 1
