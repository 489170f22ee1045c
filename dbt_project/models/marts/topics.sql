with matched as (
    select
        topic_id,
        count(*) as n_articles
    from {{ ref('article_topics') }}
    group by topic_id
)

-- A topic that was taken out of the configuration stays as long as there are articles of it.
select
    coalesce(topics.topic_id, matched.topic_id) as topic_id,
    coalesce(topics.name, matched.topic_id) as name,
    topics.description,
    topics.topic_id is not null as is_configured,
    coalesce(matched.n_articles, 0) as n_articles
from {{ ref('stg_topics') }} as topics
full join matched on topics.topic_id = matched.topic_id
