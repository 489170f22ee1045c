{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='day_on',
    pre_hook="{{ scope('day_on', [
        changed('int_articles', 'day_on', ['article_id', 'published_at']),
        changed('int_mentions_resolved', 'day_on', ['article_id', 'actor_id']),
    ]) }}") }}
select
    mentions.actor_id,
    mentions.day_on,
    count(distinct mentions.article_id) as n_articles,
    min(articles.published_at) as first_seen_at,
    max(articles.published_at) as last_seen_at
from {{ ref('int_mentions_resolved') }} as mentions
inner join {{ ref('int_articles') }} as articles on mentions.article_id = articles.article_id
where mentions.actor_id is not null and {{ in_scope('mentions.day_on') }} and {{ in_scope('articles.day_on') }}
group by mentions.actor_id, mentions.day_on
