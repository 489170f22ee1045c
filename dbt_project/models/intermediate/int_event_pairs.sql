-- Parties of an agreement, a meeting or a joint act have no sides: each two of them are one pair, in the order of
-- their names. In all other events everyone who acts is paired with everyone acted upon.
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
