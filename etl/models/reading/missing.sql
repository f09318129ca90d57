-- one row per dimension with how many rows miss it
select
    dimension,
    cast(coalesce(sum(attempts) filter (where value = 'unknown'), 0) as bigint) as missing,
    cast(sum(attempts) as bigint) as rows
from dimension_values
where dimension not in ('macro_region', 'layer', 'cause', 'reason')
group by dimension
order by dimension
