{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='event_id',
    pre_hook="{{ scope('event_id', [
        changed_events(),
    ]) }}") }}
with participants as (
    select
        groups.event_id,
        participants.actor_id,
        participants.role,
        participants.event_mention_id,
        groups.mention_rank,
        -- Parties to a meeting or an agreement are named in any order: they keep the role of the best mention.
        case when events.type in ('AGREE', 'CONSULT', 'COOPERATE') then 'party' else participants.role end as side
    from {{ ref('int_event_participants') }} as participants
    inner join {{ ref('int_event_groups') }} as groups on participants.event_mention_id = groups.event_mention_id
    inner join {{ ref('int_event_mentions') }} as events on participants.event_mention_id = events.event_mention_id
    where participants.actor_id is not null and {{ in_scope('groups.event_id') }}
)

select
    event_id,
    actor_id,
    arg_min(role, { 'rank': mention_rank, 'role': role }) as role,
    count(distinct event_mention_id) as n_mentions
from participants
group by event_id, actor_id, side
