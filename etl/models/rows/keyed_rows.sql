-- one row per attempt of the parts that are read, as it is counted, with the id of its reason set
select counted_attempts.*, reason_sets.reason_set_id
from counted_attempts
left join reason_sets on counted_attempts.reason_codes = reason_sets.reason_codes
