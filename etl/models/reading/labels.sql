-- one row per dimension and value that has words
select dimension, value, en, zh
from labels
