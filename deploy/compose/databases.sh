#!/bin/sh
# Two databases, each with a user of its own who can do nothing in the other: Airflow's, and DuckLake's catalogue.
set -eu
for name in airflow wirehouse; do
  case $name in airflow) password=$AIRFLOW_PASSWORD ;; *) password=$WIREHOUSE_PASSWORD ;; esac
  psql --username postgres --set ON_ERROR_STOP=1 --set name="$name" --set password="$password" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
