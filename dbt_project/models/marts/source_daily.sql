{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='published_on',
    pre_hook="{{ scope('published_on', [
        changed('int_articles', 'published_on', ['article_id', 'source_id', 'duplicate_role']),
        'select published_on as key from ' ~ ref('int_articles')
        ~ ' where published_on is not null and article_id in ('
        ~ changed('articles', 'article_id', ['relevance', 'is_teaser', 'word_count']) ~ ')',
        changed('quotes', 'published_on', ['article_id', 'speaker_actor_id', 'utterance_id']),
        changed('event_mentions', 'published_on', ['article_id', 'event_id']),
        days_told(changed('events', 'event_id', ['status', 'intensity', 'quad_class'])),
    ]) }}") }}
with source_articles as (
    select
        article_id,
        source_id,
        published_on,
        duplicate_role,
        relevance,
        is_teaser,
        word_count
    from {{ ref('articles') }}
    where published_on is not null and {{ in_scope('published_on') }}
),

daily_articles as (
    select
        source_id,
        published_on,
        count(*) as n_articles,
        count(*) filter (where relevance = 'relevant') as n_relevant,
        count(*) filter (where duplicate_role = 'original') as n_originals,
        count(*) filter (where is_teaser) as n_teasers,
        sum(word_count)::bigint as n_words
    from source_articles
    group by source_id, published_on
),

daily_quotes as (
    select
        source_articles.source_id,
        source_articles.published_on,
        count(*) as n_quotes,
        count(distinct quotes.utterance_id) as n_utterances,
        count(distinct quotes.speaker_actor_id) as n_speakers
    from source_articles
    inner join {{ ref('quotes') }} as quotes on source_articles.article_id = quotes.article_id
    where {{ in_scope('quotes.published_on') }}
    group by source_articles.source_id, source_articles.published_on
),

-- An event counts once a source and day, however many of its articles tell it.
told as (
    select distinct
        source_articles.source_id,
        source_articles.published_on,
        mentions.event_id
    from source_articles
    inner join {{ ref('event_mentions') }} as mentions on source_articles.article_id = mentions.article_id
    where {{ in_scope('mentions.published_on') }}
),

daily_events as (
    select
        told.source_id,
        told.published_on,
        count(*) as n_events,
        count(*) filter (where events.quad_class in ('verbal cooperation', 'material cooperation')) as n_cooperation,
        count(*) filter (where events.quad_class in ('verbal conflict', 'material conflict')) as n_conflict,
        round(avg(events.intensity), 2) as mean_intensity
    from told
    inner join {{ ref('events') }} as events on told.event_id = events.event_id
    where events.status in ('realised', 'reported')
    group by told.source_id, told.published_on
)

select
    articles.source_id,
    articles.published_on,
    articles.n_articles,
    articles.n_relevant,
    articles.n_originals,
    articles.n_teasers,
    articles.n_words,
    coalesce(quotes.n_quotes, 0) as n_quotes,
    coalesce(quotes.n_utterances, 0) as n_utterances,
    coalesce(quotes.n_speakers, 0) as n_speakers,
    coalesce(events.n_events, 0) as n_events,
    coalesce(events.n_cooperation, 0) as n_cooperation,
    coalesce(events.n_conflict, 0) as n_conflict,
    events.mean_intensity
from daily_articles as articles
left join daily_quotes as quotes
    on articles.source_id = quotes.source_id and articles.published_on = quotes.published_on
left join daily_events as events
    on articles.source_id = events.source_id and articles.published_on = events.published_on
