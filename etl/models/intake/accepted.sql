-- one row per landed row that breaks no rule that keeps a row out
select * exclude (rules_broken)
from typed
where rules_broken not in (select rules_broken from combinations where is_kept_out)
