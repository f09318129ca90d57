-- one row per line of a file of JSON lines that is an object
select *
from lines
where case when json_valid(line) then json_type(line) = 'OBJECT' else false end
