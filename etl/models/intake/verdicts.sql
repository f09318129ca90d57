-- one row per verdict on rows that came now, with how many there are
select verdict, count(*) as rows
from judged
where arrival = 2
group by verdict
