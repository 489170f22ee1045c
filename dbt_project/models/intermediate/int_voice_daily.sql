with spoken as (
    select
        topics.topic_id,
        quotes.published_on,
        quotes.speaker_actor_id as actor_id,
        count(*) as n_quotes
    from {{ ref('quotes') }} as quotes
    inner join {{ ref('article_topics') }} as topics on quotes.article_id = topics.article_id
    where quotes.published_on is not null
    group by topics.topic_id, quotes.published_on, quotes.speaker_actor_id
)

select
    topic_id,
    published_on,
    actor_id,
    n_quotes,
    sum(n_quotes) over (partition by topic_id, published_on)::bigint as n_topic_quotes
from spoken
