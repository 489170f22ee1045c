{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='actor_id',
    pre_hook="{{ scope('actor_id', [
        'int_actors',
        'int_actor_mentions',
        'int_actor_days',
        'event_actors',
        'select speaker_actor_id as key from changes.int_quotes where speaker_actor_id is not null',
    ]) }}") }}
with mentioned as (
    select
        actor_id,
        sum(n_mentions)::bigint as n_mentions,
        list_sort(list_distinct(list(alias) filter (where alias is not null))) as aliases,
        list_sort(list_distinct(list(role) filter (where role is not null))) as roles_as_written
    from {{ ref('int_actor_mentions') }}
    where {{ in_scope('actor_id') }}
    group by actor_id
),

seen as (
    select
        actor_id,
        sum(n_articles)::bigint as n_articles,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from {{ ref('int_actor_days') }}
    where {{ in_scope('actor_id') }}
    group by actor_id
),

quoted as (
    select
        speaker_actor_id as actor_id,
        count(*) as n_quotes
    from {{ ref('int_quotes') }}
    where {{ in_scope('speaker_actor_id') }}
    group by speaker_actor_id
),

involved as (
    select
        actor_id,
        count(distinct event_id) as n_events
    from {{ ref('event_actors') }}
    where {{ in_scope('actor_id') }}
    group by actor_id
),

held as (
    select
        actor_id,
        list(
            {
                'role': role,
                'organisation': organisation,
                'valid_from': valid_from::date,
                'valid_to': valid_to::date
            }
            order by valid_from desc nulls last, role asc, organisation asc
        ) as roles,
        -- A role that has ended is none to introduce somebody by.
        arg_max(role, { 'from': coalesce(valid_from::date, '0001-01-01'::date), 'role': role })
        filter (where valid_to is null) as title
    from {{ ref('actor_roles') }}
    group by actor_id
)

select
    actors.actor_id,
    actors.canonical_name,
    actors.kind,
    actors.country_iso3,
    actors.sector,
    known.wikidata_id,
    known.part_of,
    actors.is_curated,
    actors.resolution_method,
    held.title,
    coalesce(held.roles, []) as roles,
    coalesce(mentioned.roles_as_written, []) as roles_as_written,
    coalesce(mentioned.aliases, []) as aliases,
    mentioned.n_mentions,
    seen.n_articles,
    coalesce(quoted.n_quotes, 0) as n_quotes,
    coalesce(involved.n_events, 0) as n_events,
    seen.first_seen_at,
    seen.last_seen_at
from {{ ref('int_actors') }} as actors
inner join mentioned on actors.actor_id = mentioned.actor_id
inner join seen on actors.actor_id = seen.actor_id
left join {{ ref('actors') }} as known on actors.actor_id = known.actor_id
left join quoted on actors.actor_id = quoted.actor_id
left join involved on actors.actor_id = involved.actor_id
left join held on actors.actor_id = held.actor_id
where {{ in_scope('actors.actor_id') }}
