{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='text_hash',
    pre_hook="{{ scope('text_hash', [changed('int_utterance_texts', 'text_hash', ['word_triples'])]) }}") }}
-- Narrow, since a day's build looks its phrases up among those of all days.
select
    text_hash,
    unnest(word_triples) as phrase
from {{ ref('int_utterance_texts') }}
where {{ in_scope('text_hash') }}
