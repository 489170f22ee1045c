with called_so as (
    select
        actor_id,
        actor_id in (select countries.actor_id from {{ ref('countries') }} as countries) as is_country
    from {{ ref('actor_names') }}
    where name = called::varchar collate nocase.noaccent
)

select actor_id
from called_so
where not (starts_with(actor_id, 'people:') and exists (select 1 from called_so as others where others.is_country))
union
select concat('government:', actor_id) as actor_id
from called_so
where is_country
