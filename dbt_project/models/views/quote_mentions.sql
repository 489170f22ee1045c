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
    mentions.n_mentions
from {{ ref('quote_actors') }} as mentions
inner join {{ ref('quotes_wide') }} as quotes on mentions.quote_id = quotes.quote_id
inner join {{ ref('mart_actors') }} as actors on mentions.actor_id = actors.actor_id
