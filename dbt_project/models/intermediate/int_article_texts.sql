{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles', 'int_revisions']) }}") }}
-- Which text an article has: the same for the same letters and digits, and where they are few the same headline too,
-- since a line such as "Five things to know this morning" is no copy.
select
    articles.article_id,
    case
        -- A headline alone is no text that could have been copied.
        when not articles.has_text then articles.article_id
        when articles.word_count < 40
            then md5(concat_ws('|', articles.text_key, articles.title_key))
        else articles.text_key
    end as text_id,
    articles.outlet,
    articles.agency,
    -- An agency's own text goes before the same text elsewhere, even if it was published later.
    coalesce(articles.agency_method, '') != 'outlet' as is_elsewhere,
    -- A time known to the day alone is as late as that day allows.
    coalesce(
        articles.published_at + (coalesce(articles.published_precision, '') = 'day')::integer * interval 1 day,
        timestamp '9999-12-31'
    ) as known_at,
    -- Only which texts are compared depends on it, so the day of landing may stand for an unknown one.
    coalesce(articles.published_on, articles.landed_for) as day_on,
    case when articles.has_text then articles.fingerprints else [] end as fingerprints
from {{ ref('int_revisions') }} as revisions
inner join {{ scoped('stg_articles') }} as articles on revisions.record_id = articles.record_id
where
    revisions.is_latest
    and {{ in_scope('revisions.article_id') }}
