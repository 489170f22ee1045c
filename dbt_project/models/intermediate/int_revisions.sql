{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles']) }}") }}
with records as (
    select
        article_id,
        revision,
        record_id,
        text_key,
        has_text,
        published_at,
        updated_at,
        -- What the outlet says decides, never when it was fetched, so that days can be landed in any order.
        row_number() over same_revision as record_rank,
        count(*) over (partition by article_id, revision) as n_records,
        min(landed_for) over (partition by article_id, revision) as landed_for,
        min(fetched_at) over (partition by article_id, revision) as first_fetched_at
    from {{ scoped('stg_articles') }}
    window same_revision as (
        partition by article_id, revision
        order by published_at nulls last, source_id, record_id
    )
)

select
    article_id,
    revision,
    record_id,
    text_key,
    has_text,
    n_records,
    landed_for,
    first_fetched_at,
    count(*) over (partition by article_id) as n_revisions,
    row_number() over oldest_first as revision_number,
    row_number() over newest_first = 1 as is_latest
from records
where record_rank = 1
-- A teaser never takes the place of a text, however new it is.
window
    oldest_first as (
        partition by article_id
        order by has_text, coalesce(updated_at, published_at) nulls first, landed_for, revision
    ),
    newest_first as (
        partition by article_id
        order by has_text desc, coalesce(updated_at, published_at) desc nulls last, landed_for desc, revision desc
    )
