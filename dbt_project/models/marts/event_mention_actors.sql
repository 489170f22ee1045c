select
    event_mention_id,
    article_id,
    revision,
    role,
    ordinal,
    text,
    start_char,
    end_char,
    actor_id,
    resolution_method
from {{ ref('int_event_participants') }}
