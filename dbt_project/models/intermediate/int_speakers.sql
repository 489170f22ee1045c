{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles', 'int_articles']) }}") }}
-- The speaker is written at length ("Jane Doe, who runs a clinic"), and the mention is the name it begins with.
select
    quotes.quote_id,
    quotes.article_id,
    coalesce(
        quotes.speaker_mention_id,
        arg_max(mentions.mention_id, { 'start': mentions.start_char, 'end': mentions.end_char })
    ) as mention_id
from {{ scoped('stg_quotes') }} as quotes
left join {{ scoped('stg_mentions') }} as mentions
    on
        quotes.article_id = mentions.article_id
        and quotes.revision = mentions.revision
        and quotes.speaker_start >= mentions.start_char
        and quotes.speaker_start < mentions.end_char
group by quotes.quote_id, quotes.article_id, quotes.speaker_mention_id
