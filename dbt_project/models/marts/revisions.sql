{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles', 'int_revisions']) }}") }}
select
    records.article_id,
    records.revision,
    revisions.revision_number,
    revisions.is_latest,
    records.source_id,
    records.title,
    records.text,
    records.word_count,
    changes.former_revision,
    changes.is_title_changed,
    changes.is_text_changed,
    changes.words_added,
    changes.words_removed,
    changes.share_changed,
    records.published_at,
    records.updated_at,
    records.relevance,
    revisions.landed_for as landed_on,
    revisions.first_fetched_at as fetched_at,
    revisions.n_records,
    documents.status as extraction_status,
    documents.extractor_version
from {{ ref('int_revisions') }} as revisions
inner join {{ scoped('stg_articles') }} as records on revisions.record_id = records.record_id
left join {{ ref('int_revision_changes') }} as changes
    on revisions.article_id = changes.article_id and revisions.revision = changes.revision
left join {{ scoped('stg_documents') }} as documents
    on revisions.article_id = documents.article_id and revisions.revision = documents.revision
where {{ in_scope('revisions.article_id') }}
