{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles', 'int_texts', copies_of_changed()]) }}") }}
with latest as (
    select
        articles.article_id,
        articles.revision,
        articles.record_id,
        articles.source_id,
        articles.outlet,
        articles.published_at,
        articles.published_on,
        -- A day that every article has: of publication as far as it is known, else of landing.
        coalesce(articles.published_at::date, articles.landed_for) as day_on
    from {{ ref('int_revisions') }} as revisions
    inner join {{ scoped('stg_articles') }} as articles on revisions.record_id = articles.record_id
    where
        revisions.is_latest
        and {{ in_scope('revisions.article_id') }}
),

members as (
    select
        texts.article_id,
        texts.agency,
        texts.outlet,
        groups.original_text_id as duplicate_group_id,
        -- The same text as the original's is a copy; one that equals a near-copy is a near-copy as well.
        case
            when groups.duplicate_role = 'original' and texts.ordinal > 1 then 'copy'
            else groups.duplicate_role
        end as duplicate_role,
        groups.share as duplicate_share
    from {{ ref('int_texts') }} as texts
    inner join {{ ref('int_text_groups') }} as groups on texts.text_id = groups.text_id
    where {{ in_scope('texts.article_id') }}
),

sources as (
    select
        duplicate_group_id,
        any_value(article_id) filter (where duplicate_role = 'original') as original_article_id,
        -- Whose words they are: the agency that the original credits, or one that a copy credits where it does not.
        coalesce(
            any_value(agency) filter (where duplicate_role = 'original'),
            min(agency) filter (where duplicate_role in ('copy', 'near-copy')),
            any_value(outlet) filter (where duplicate_role = 'original')
        ) as original_outlet,
        count(*) - 1 as n_copies
    from members
    group by duplicate_group_id
)

select
    latest.*,
    members.duplicate_group_id,
    members.duplicate_role,
    members.duplicate_share,
    members.agency,
    sources.original_article_id,
    sources.original_outlet,
    sources.n_copies
from latest
inner join members on latest.article_id = members.article_id
inner join sources on members.duplicate_group_id = sources.duplicate_group_id
