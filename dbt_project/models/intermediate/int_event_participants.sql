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
from {{ ref('stg_participants') }} as participants
inner join {{ ref('int_articles') }} as articles
    on participants.article_id = articles.article_id and participants.revision = articles.revision
left join {{ ref('int_mentions_resolved') }} as mentions on participants.mention_id = mentions.mention_id
