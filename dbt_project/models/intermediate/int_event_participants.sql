{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles', 'int_articles', 'int_mentions_resolved']) }}") }}
with mentions as (
    select
        mention_id,
        actor_id,
        resolution_method
    from {{ scoped('int_mentions_resolved') }}
)

select
    participants.event_mention_id,
    participants.article_id,
    participants.revision,
    participants.role,
    participants.ordinal,
    participants.start_char,
    participants.end_char,
    participants.text,
    mentions.actor_id,
    mentions.resolution_method
from {{ scoped('stg_participants') }} as participants
inner join {{ ref('int_articles') }} as articles
    on participants.article_id = articles.article_id and participants.revision = articles.revision
left join mentions on participants.mention_id = mentions.mention_id
