-- A correction replaces what was read from the text before it.
select
    evidence.article_id,
    evidence.revision
from (
    select
        article_id,
        revision
    from {{ ref('quotes') }}
    where {{ in_scope('article_id', of='int_revisions') }}
    union all
    select
        article_id,
        revision
    from {{ ref('event_mentions') }}
    where {{ in_scope('article_id', of='int_revisions') }}
) as evidence
left join {{ ref('articles') }} as articles
    on evidence.article_id = articles.article_id and evidence.revision = articles.revision
where articles.article_id is null
