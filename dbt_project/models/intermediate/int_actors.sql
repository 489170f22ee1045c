{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='actor_id',
    pre_hook="{{ scope('actor_id', ['int_actor_mentions']) }}") }}
with resolutions as (
    select
        actor_id,
        canonical_name,
        kind,
        country_iso3,
        sector,
        is_curated,
        resolution_method,
        sum(n_mentions) as n_mentions
    from {{ ref('int_actor_mentions') }}
    where {{ in_scope('actor_id') }}
    group by all
)

-- An actor outside the knowledge base is written in several ways, and a curated one changes its sector with its
-- office: the most frequent says what the actor is.
select * exclude (n_mentions)
from resolutions
qualify row_number() over (
    partition by actor_id
    order by
        n_mentions desc,
        canonical_name asc,
        kind asc,
        country_iso3 asc,
        sector asc,
        is_curated asc,
        resolution_method asc
) = 1
