-- Dagster's own storage beside the warehouse: one server, two databases.
CREATE DATABASE dagster;
