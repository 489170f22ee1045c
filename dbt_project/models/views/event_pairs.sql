-- Parties of an agreement, a meeting or a joint act have no sides: each two of them are one pair, in the order of
-- their names. In all other events everyone who acts is paired with everyone acted upon.
with pairs as (
    select
        acting.event_id,
        acting.actor_id,
        acted_upon.actor_id as recipient_actor_id,
        events.type in ('AGREE', 'CONSULT', 'COOPERATE') as is_mutual
    from {{ ref('event_actors') }} as acting
    inner join {{ ref('event_actors') }} as acted_upon on acting.event_id = acted_upon.event_id
    inner join {{ ref('events') }} as events on acting.event_id = events.event_id
    where
        case
            when events.type in ('AGREE', 'CONSULT', 'COOPERATE') then acting.actor_id < acted_upon.actor_id
            else acting.role = 'actor' and acted_upon.role = 'recipient' and acting.actor_id != acted_upon.actor_id
        end
)

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
from pairs
inner join {{ ref('events_wide') }} as events on pairs.event_id = events.event_id
inner join {{ ref('mart_actors') }} as actors on pairs.actor_id = actors.actor_id
inner join {{ ref('mart_actors') }} as recipients on pairs.recipient_actor_id = recipients.actor_id
