-- A correction replaces what was read from the text before it.
select
    evidence.article_id,
    evidence.revision
from (
    select
        article_id,
        revision
    from {{ ref('quotes') }}
    union all
    select
        article_id,
        revision
    from {{ ref('event_mentions') }}
) as evidence
left join {{ ref('articles') }} as articles
    on evidence.article_id = articles.article_id and evidence.revision = articles.revision
where articles.article_id is null
