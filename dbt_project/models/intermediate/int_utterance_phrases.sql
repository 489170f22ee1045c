{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='text_hash',
    pre_hook="{{ scope('text_hash', [changed('int_utterance_texts', 'text_hash', ['words'])]) }}") }}
-- Narrow, since a day's build looks its phrases up among those of all days.
select
    text_hash,
    unnest(
        list_distinct(
            list_transform(
                range(1, len(words) - 1),
                lambda i: hash(words[i], words[i + 1], words[i + 2])  -- noqa: RF02
            )
        )
    ) as phrase
from {{ ref('int_utterance_texts') }}
where {{ in_scope('text_hash') }}
