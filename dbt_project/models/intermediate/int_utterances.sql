{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='utterance_id',
    pre_hook="{{ scope('utterance_id', ['int_utterance_groups', utterances_of_changed()]) }}") }}
-- Which quotes are one utterance, and who gave it first.
with quotes as (
    select
        quotes.quote_id,
        quotes.article_id,
        quotes.outlet,
        quotes.original_outlet,
        quotes.published_at,
        quotes.start_char,
        groups.utterance_id
    from {{ ref('int_utterance_groups') }} as groups
    inner join {{ ref('int_quotes') }} as quotes on groups.text_hash = quotes.text_hash
    where {{ in_scope('groups.utterance_id') }}
    union all
    -- What says too little to be followed is an utterance of its own.
    select
        quotes.quote_id,
        quotes.article_id,
        quotes.outlet,
        quotes.original_outlet,
        quotes.published_at,
        quotes.start_char,
        quotes.quote_id as utterance_id
    from {{ ref('int_quotes') }} as quotes
    anti join {{ ref('int_utterance_groups') }} as groups on quotes.text_hash = groups.text_hash
    where {{ in_scope('quotes.quote_id') }}
)

select
    quote_id,
    utterance_id,
    count(distinct article_id) over same_utterance as utterance_n_articles,
    count(distinct outlet) over same_utterance as utterance_n_outlets,
    count(distinct original_outlet) over same_utterance as utterance_n_independent_sources,
    min(published_at) over same_utterance as utterance_first_published_at,
    case
        when min(published_at) over same_utterance is not null then first_value(outlet) over earliest_first
    end as utterance_first_outlet,
    published_at is not null and row_number() over earliest_first = 1 as is_first
from quotes
window
    same_utterance as (partition by utterance_id),
    earliest_first as (
        partition by utterance_id
        order by published_at nulls last, article_id, start_char, quote_id
    )
