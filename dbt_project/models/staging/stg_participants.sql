select
    event_mention_id,
    article_id,
    revision,
    mention_id,
    role,
    ordinal,
    start as start_char,
    "end" as end_char,
    text,
    name,
    label,
    rowid as staged_row
from {{ source('staging', 'participants') }}
