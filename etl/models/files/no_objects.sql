-- one row per line of a file of JSON lines that is something else, blank lines left out
select *
from lines
where trim(line) <> '' and not case when json_valid(line) then json_type(line) = 'OBJECT' else false end
