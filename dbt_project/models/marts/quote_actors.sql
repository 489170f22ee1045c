{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['int_quotes', 'int_mentions_resolved']) }}") }}
with quotes as (
    select
        quote_id,
        article_id,
        published_on,
        speaker_actor_id,
        start_char,
        end_char,
        spans
    from {{ scoped('int_quotes') }}
),

mentions as (
    select
        article_id,
        actor_id,
        start_char,
        end_char
    from {{ scoped('int_mentions_resolved') }}
    where actor_id is not null
)

select
    quotes.quote_id,
    quotes.article_id,
    quotes.published_on,
    mentions.actor_id,
    count(*) as n_mentions
from quotes
inner join mentions
    on
        quotes.article_id = mentions.article_id
        and quotes.start_char <= mentions.start_char
        and quotes.end_char >= mentions.end_char
where
    -- Between the pieces of a split quotation stands its cue, with the speaker.
    len(
        list_filter(
            quotes.spans, lambda span: mentions.start_char >= span[1] and mentions.end_char <= span[2]  -- noqa: RF02
        )
    ) > 0
    and mentions.actor_id is distinct from quotes.speaker_actor_id
group by quotes.quote_id, quotes.article_id, quotes.published_on, mentions.actor_id
