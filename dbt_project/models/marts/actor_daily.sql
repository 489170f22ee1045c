{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='published_on',
    pre_hook="{{ scope('published_on', [
        changed('int_articles', 'published_on', ['article_id', 'outlet']),
        changed('int_mentions_resolved', 'published_on', ['article_id', 'actor_id']),
        changed('quotes', 'published_on', ['article_id', 'speaker_actor_id', 'utterance_id']),
        changed('event_mentions', 'published_on', ['article_id', 'event_id']),
        days_told(changed('events', 'event_id', ['status', 'intensity'])),
        days_told(changed('event_actors', 'event_id', ['actor_id', 'role'])),
    ]) }}") }}
with daily_mentions as (
    select
        mentions.actor_id,
        articles.published_on,
        count(*) as n_mentions,
        count(distinct mentions.article_id) as n_articles,
        count(distinct articles.outlet) as n_outlets
    from {{ ref('int_mentions_resolved') }} as mentions
    inner join {{ ref('int_articles') }} as articles on mentions.article_id = articles.article_id
    where
        mentions.actor_id is not null
        and articles.published_on is not null
        and {{ in_scope('articles.published_on') }}
        and {{ in_scope('mentions.published_on') }}
    group by mentions.actor_id, articles.published_on
),

daily_quotes as (
    select
        speaker_actor_id as actor_id,
        published_on,
        count(*) as n_quotes,
        count(distinct utterance_id) as n_utterances
    from {{ ref('quotes') }}
    where {{ in_scope('published_on') }}
    group by speaker_actor_id, published_on
),

-- An event counts once a day, however many articles of the day tell it.
told as (
    select distinct
        event_id,
        published_on
    from {{ ref('event_mentions') }}
    where {{ in_scope('published_on') }}
),

daily_events as (
    select
        event_actors.actor_id,
        told.published_on,
        count(distinct told.event_id) filter (where event_actors.role = 'actor') as n_events_as_actor,
        count(distinct told.event_id) filter (where event_actors.role = 'recipient') as n_events_as_recipient,
        round(avg(events.intensity) filter (where event_actors.role = 'actor'), 2) as mean_intensity_as_actor
    from told
    inner join {{ ref('events') }} as events on told.event_id = events.event_id
    inner join {{ ref('event_actors') }} as event_actors on told.event_id = event_actors.event_id
    where events.status in ('realised', 'reported')
    group by event_actors.actor_id, told.published_on
)

select
    mentions.actor_id,
    mentions.published_on,
    mentions.n_mentions,
    mentions.n_articles,
    mentions.n_outlets,
    coalesce(quotes.n_quotes, 0) as n_quotes,
    coalesce(quotes.n_utterances, 0) as n_utterances,
    coalesce(events.n_events_as_actor, 0) as n_events_as_actor,
    coalesce(events.n_events_as_recipient, 0) as n_events_as_recipient,
    events.mean_intensity_as_actor
from daily_mentions as mentions
left join daily_quotes as quotes
    on mentions.actor_id = quotes.actor_id and mentions.published_on = quotes.published_on
left join daily_events as events
    on mentions.actor_id = events.actor_id and mentions.published_on = events.published_on
