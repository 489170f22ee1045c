{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='actor_id',
    pre_hook="{{ scope('actor_id', ['int_mentions_resolved']) }}") }}
-- How each actor is mentioned. A day's build adds what came to what was counted before, and takes off what is gone.
with came as (
    {% if is_daily() %}
        select
            *,
            case when is_new then 1 else -1 end as n
        from changes.int_mentions_resolved
    {% else %}
        select
            *,
            1 as n
        from {{ ref('int_mentions_resolved') }}
    {% endif %}
),

counted as (
    select
        actor_id,
        canonical_name,
        actor_kind as kind,
        country_iso3,
        sector,
        is_curated,
        resolution_method,
        alias,
        role,
        n as n_mentions
    from came
    where actor_id is not null
    {% if is_daily() %}
        union all by name
        select * from {{ this.include(database=false) }}
        where {{ in_scope('actor_id') }}
    {% endif %}
)

select
    actor_id,
    canonical_name,
    kind,
    country_iso3,
    sector,
    is_curated,
    resolution_method,
    alias,
    role,
    sum(n_mentions)::bigint as n_mentions
from counted
group by all
having sum(n_mentions) > 0
