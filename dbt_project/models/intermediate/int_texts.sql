-- Exact copies are one text here: the same letters and digits, and where they are few the same headline too,
-- since a line such as "Five things to know this morning" is no copy.
with latest as (
    select
        articles.article_id,
        articles.outlet,
        articles.published_at,
        articles.agency,
        articles.agency_method,
        articles.fingerprints,
        case
            -- A headline alone is no text that could have been copied.
            when not articles.has_text then articles.article_id
            when articles.word_count < 40
                then md5(concat_ws('|', articles.text_key, articles.title_key))
            else articles.text_key
        end as text_id,
        articles.has_text,
        -- Only which texts are compared depends on it, so the day of landing may stand for an unknown one.
        coalesce(articles.published_on, articles.landed_for) as day_on,
        -- A time known to the day alone is as late as that day allows.
        coalesce(
            articles.published_at + (coalesce(articles.published_precision, '') = 'day')::integer * interval 1 day,
            timestamp '9999-12-31'
        ) as known_at,
        -- An agency's own text goes before the same text elsewhere, even if it was published later.
        coalesce(articles.agency_method, '') != 'outlet' as is_elsewhere
    from {{ ref('int_revisions') }} as revisions
    inner join {{ ref('stg_articles') }} as articles on revisions.record_id = articles.record_id
    where revisions.is_latest
)

select
    text_id,
    article_id,
    outlet,
    agency,
    is_elsewhere,
    known_at,
    case when has_text then fingerprints else [] end as fingerprints,
    min(day_on) over same_text as day_on,
    row_number() over original_first as ordinal
from latest
window
    same_text as (partition by text_id),
    original_first as (partition by text_id order by is_elsewhere, known_at, article_id)
