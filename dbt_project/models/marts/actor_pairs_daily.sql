{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='published_on',
    pre_hook="{{ scope('published_on', [
        changed('event_mentions', 'published_on', ['article_id', 'event_id']),
        days_told(changed('events', 'event_id', ['type', 'status', 'intensity', 'quad_class'])),
        days_told(changed('event_actors', 'event_id', ['actor_id', 'role'])),
    ]) }}") }}
-- An event counts once a day, however many articles of the day tell it.
with told as (
    select
        event_id,
        published_on,
        count(distinct article_id) as n_articles
    from {{ ref('event_mentions') }}
    where published_on is not null and {{ in_scope('published_on') }}
    group by event_id, published_on
)

select
    pairs.actor_id,
    pairs.recipient_actor_id,
    told.published_on,
    count(*) as n_events,
    count(*) filter (where pairs.is_mutual) as n_mutual,
    count(*) filter (where events.quad_class = 'verbal cooperation') as n_verbal_cooperation,
    count(*) filter (where events.quad_class = 'material cooperation') as n_material_cooperation,
    count(*) filter (where events.quad_class = 'verbal conflict') as n_verbal_conflict,
    count(*) filter (where events.quad_class = 'material conflict') as n_material_conflict,
    round(avg(events.intensity), 2) as mean_intensity,
    sum(told.n_articles)::bigint as n_tellings
from told
inner join {{ ref('events') }} as events on told.event_id = events.event_id
inner join {{ ref('int_event_pairs') }} as pairs on told.event_id = pairs.event_id
where events.status in ('realised', 'reported')
group by pairs.actor_id, pairs.recipient_actor_id, told.published_on
