{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='event_mention_id',
    pre_hook="{{ scope('event_mention_id', ['int_event_participants']) }}") }}
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
where {{ in_scope('event_mention_id') }}
