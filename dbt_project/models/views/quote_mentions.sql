select
    quotes.quote_id,
    quotes.published_on,
    quotes.speaker_actor_id,
    quotes.speaker,
    mentions.actor_id,
    actors.canonical_name as actor,
    actors.kind as actor_kind,
    quotes.type,
    quotes.text,
    quotes.utterance_id,
    quotes.outlet,
    quotes.url,
    count(*) as n_mentions
from {{ ref('quotes_wide') }} as quotes
inner join {{ ref('quotes') }} as spoken on quotes.quote_id = spoken.quote_id
inner join {{ ref('int_mentions_resolved') }} as mentions
    on
        quotes.article_id = mentions.article_id
        and spoken.start_char <= mentions.start_char
        and spoken.end_char >= mentions.end_char
inner join {{ ref('mart_actors') }} as actors on mentions.actor_id = actors.actor_id
where
    -- Between the pieces of a split quotation stands its cue, with the speaker.
    len(
        list_filter(
            spoken.spans, lambda span: mentions.start_char >= span[1] and mentions.end_char <= span[2]  -- noqa: RF02
        )
    ) > 0
    and mentions.actor_id is distinct from quotes.speaker_actor_id
group by all
