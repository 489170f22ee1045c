{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='published_on',
    pre_hook="{{ scope('published_on', [
        changed('int_articles', 'published_on', ['article_id', 'outlet', 'duplicate_group_id']),
        'select published_on as key from ' ~ ref('int_articles')
        ~ ' where published_on is not null and article_id in (select article_id from changes.article_topics)',
        changed('quotes', 'published_on', ['article_id', 'speaker_actor_id', 'utterance_id']),
        changed('event_mentions', 'published_on', ['article_id', 'event_id']),
        days_told(changed('events', 'event_id', ['status', 'intensity', 'quad_class'])),
    ]) }}") }}
with topic_articles as (
    select
        topics.topic_id,
        articles.article_id,
        articles.published_on,
        articles.outlet,
        articles.duplicate_group_id
    from {{ ref('article_topics') }} as topics
    inner join {{ ref('int_articles') }} as articles on topics.article_id = articles.article_id
    where articles.published_on is not null and {{ in_scope('articles.published_on') }}
),

daily_articles as (
    select
        topic_id,
        published_on,
        count(*) as n_articles,
        count(distinct duplicate_group_id) as n_texts,
        count(distinct outlet) as n_outlets
    from topic_articles
    group by topic_id, published_on
),

daily_quotes as (
    select
        topic_articles.topic_id,
        topic_articles.published_on,
        count(*) as n_quotes,
        count(distinct quotes.utterance_id) as n_utterances,
        count(distinct quotes.speaker_actor_id) as n_speakers
    from topic_articles
    inner join {{ ref('quotes') }} as quotes on topic_articles.article_id = quotes.article_id
    where {{ in_scope('quotes.published_on') }}
    group by topic_articles.topic_id, topic_articles.published_on
),

-- An event counts once a topic and day, however many articles of the day tell it.
told as (
    select distinct
        topic_articles.topic_id,
        topic_articles.published_on,
        mentions.event_id
    from topic_articles
    inner join {{ ref('event_mentions') }} as mentions on topic_articles.article_id = mentions.article_id
    where {{ in_scope('mentions.published_on') }}
),

daily_events as (
    select
        told.topic_id,
        told.published_on,
        count(*) as n_events,
        count(*) filter (where events.quad_class = 'verbal cooperation') as n_verbal_cooperation,
        count(*) filter (where events.quad_class = 'material cooperation') as n_material_cooperation,
        count(*) filter (where events.quad_class = 'verbal conflict') as n_verbal_conflict,
        count(*) filter (where events.quad_class = 'material conflict') as n_material_conflict,
        round(avg(events.intensity), 2) as mean_intensity
    from told
    inner join {{ ref('events') }} as events on told.event_id = events.event_id
    where events.status in ('realised', 'reported')
    group by told.topic_id, told.published_on
)

select
    articles.topic_id,
    articles.published_on,
    articles.n_articles,
    articles.n_texts,
    articles.n_outlets,
    coalesce(quotes.n_quotes, 0) as n_quotes,
    coalesce(quotes.n_utterances, 0) as n_utterances,
    coalesce(quotes.n_speakers, 0) as n_speakers,
    coalesce(events.n_events, 0) as n_events,
    coalesce(events.n_verbal_cooperation, 0) as n_verbal_cooperation,
    coalesce(events.n_material_cooperation, 0) as n_material_cooperation,
    coalesce(events.n_verbal_conflict, 0) as n_verbal_conflict,
    coalesce(events.n_material_conflict, 0) as n_material_conflict,
    events.mean_intensity
from daily_articles as articles
left join daily_quotes as quotes
    on articles.topic_id = quotes.topic_id and articles.published_on = quotes.published_on
left join daily_events as events
    on articles.topic_id = events.topic_id and articles.published_on = events.published_on
