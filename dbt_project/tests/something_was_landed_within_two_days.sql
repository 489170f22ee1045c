-- depends_on: {{ ref('int_articles') }} (so that a day's build, which makes no views, runs it)
{{ config(severity='warn') }}
-- Warns and does not stop: old articles may be loaded on purpose, and what is there stays right however old it is.
select max(fetched_at) as last_fetched_at
from {{ ref('stg_articles') }}
having max(fetched_at) < (now() at time zone 'UTC') - interval 2 day
