select
    pairs.event_id,
    events.timeline_on,
    events.timeline_method,
    pairs.actor_id,
    actors.canonical_name as actor,
    actors.country_iso3 as actor_country_iso3,
    events.type,
    events.mode,
    pairs.recipient_actor_id,
    recipients.canonical_name as recipient,
    recipients.country_iso3 as recipient_country_iso3,
    pairs.is_mutual,
    events.status,
    events.status_class,
    events.quad_class,
    events.intensity,
    events.place_name,
    events.place_country_iso3,
    events.sentence,
    events.confidence,
    events.n_independent_sources,
    events.topics,
    events.url
from {{ ref('int_event_pairs') }} as pairs
inner join {{ ref('events_wide') }} as events on pairs.event_id = events.event_id
inner join {{ ref('mart_actors') }} as actors on pairs.actor_id = actors.actor_id
inner join {{ ref('mart_actors') }} as recipients on pairs.recipient_actor_id = recipients.actor_id
