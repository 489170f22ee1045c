with names as (
    select
        actor_id,
        canonical_name as name
    from {{ ref('mart_actors') }}
    union all
    select
        actor_id,
        unnest(aliases) as name
    from {{ ref('mart_actors') }}
    union all
    select
        actor_id,
        alias as name
    from {{ ref('actor_aliases') }}
    union all
    select
        actor_id,
        unnest(string_split(names, '|')) as name
    from {{ ref('countries') }}
    union all
    select
        actor_id,
        actor_id as name
    from {{ ref('mart_actors') }}
)

select distinct
    names.actor_id,
    names.name
from names
semi join {{ ref('mart_actors') }} as actors on names.actor_id = actors.actor_id
where names.name != ''
