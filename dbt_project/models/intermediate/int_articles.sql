with latest as (
    select
        articles.article_id,
        articles.revision,
        articles.record_id,
        articles.source_id,
        articles.outlet,
        articles.published_at,
        articles.published_on,
        -- A headline alone is no text that could have been copied.
        case when articles.has_text then articles.text_key else articles.article_id end as duplicate_group_id
    from {{ ref('int_revisions') }} as revisions
    inner join {{ ref('stg_articles') }} as articles on revisions.record_id = articles.record_id
    where revisions.is_latest
)

select
    *,
    case when row_number() over earliest_first = 1 then 'original' else 'copy' end as duplicate_role,
    first_value(article_id) over earliest_first as original_article_id,
    first_value(outlet) over earliest_first as original_outlet,
    count(*) over (partition by duplicate_group_id) - 1 as n_copies
from latest
window earliest_first as (
    partition by duplicate_group_id
    order by published_at nulls last, article_id
)
