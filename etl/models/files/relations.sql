-- one row per table or view of any database that is open
select database_name, schema_name, table_name as name from duckdb_tables()
union all
select database_name, schema_name, view_name as name from duckdb_views() where not internal
