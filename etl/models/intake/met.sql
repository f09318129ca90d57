-- one row per accepted attempt that comes more than once: among the accepted rows, or with what is known of it
select attempt_id from accepted group by attempt_id having count(*) > 1
union
select attempt_id from stored where attempt_id in (select attempt_id from accepted)
union
select attempt_id from history where attempt_id in (select attempt_id from accepted)
