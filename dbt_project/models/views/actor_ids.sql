with found as (
    select
        names.actor_id,
        countries.actor_id is not null as is_country
    from {{ ref('actor_names') }} as names
    left join {{ ref('countries') }} as countries on names.actor_id = countries.actor_id
    where names.name = called::varchar collate nocase.noaccent  -- noqa: RF02
),

countries_found as (
    select actor_id
    from found
    where is_country
)

select actor_id
from found
union
select concat('government:', actor_id) as actor_id
from countries_found
