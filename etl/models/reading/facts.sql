-- one row per fact about the snapshot as a whole
select key, value
from build_info
