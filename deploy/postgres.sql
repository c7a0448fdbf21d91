-- The settings that the service asks for at the start of a connection, and PgBouncer does not pass on.
ALTER ROLE tenantry SET statement_timeout = '10s';
ALTER ROLE tenantry SET lock_timeout = '1.5s';
ALTER ROLE tenantry SET client_connection_check_interval = '100ms';
ALTER ROLE tenantry SET plan_cache_mode = force_generic_plan;
ALTER ROLE tenantry SET max_parallel_workers_per_gather = 0;
ALTER ROLE tenantry SET client_min_messages = error;
