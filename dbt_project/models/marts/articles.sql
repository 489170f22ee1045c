{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles', 'int_revisions', 'int_articles', 'int_quotes', 'int_event_mentions']) }}") }}
with quotes as (
    select
        article_id,
        count(*) as n_quotes
    from {{ ref('int_quotes') }}
    where {{ in_scope('article_id') }}
    group by article_id
),

events as (
    select
        article_id,
        count(*) as n_event_mentions
    from {{ ref('int_event_mentions') }}
    where {{ in_scope('article_id') }}
    group by article_id
)

select
    records.article_id,
    records.revision,
    records.source_id,
    records.outlet,
    records.url,
    records.canonical_url,
    records.title,
    records.text,
    records.byline,
    records.section,
    records.lead_image_url,
    records.language,
    records.published_at,
    records.published_on,
    records.published_raw,
    records.published_method,
    records.published_precision,
    records.published_offset_s,
    records.updated_at,
    revisions.first_fetched_at as fetched_at,
    revisions.landed_for as landed_on,
    records.word_count,
    records.topics,
    records.relevance,
    records.is_teaser,
    records.is_live,
    articles.duplicate_group_id,
    articles.duplicate_role,
    articles.duplicate_share,
    articles.original_article_id,
    articles.original_outlet,
    articles.agency,
    articles.n_copies,
    revisions.n_revisions,
    documents.status as extraction_status,
    documents.extractor_version,
    coalesce(quotes.n_quotes, 0) as n_quotes,
    coalesce(events.n_event_mentions, 0) as n_event_mentions,
    records.license,
    records.charset,
    records.record_id
from {{ ref('int_articles') }} as articles
inner join {{ scoped('stg_articles') }} as records on articles.record_id = records.record_id
inner join {{ ref('int_revisions') }} as revisions on articles.record_id = revisions.record_id
left join {{ scoped('stg_documents') }} as documents
    on articles.article_id = documents.article_id and articles.revision = documents.revision
left join quotes on articles.article_id = quotes.article_id
left join events on articles.article_id = events.article_id
where {{ in_scope('articles.article_id') }}
