{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', [
        'articles',
        'int_articles',
        'int_event_participants',
        'select article_id as key from ' ~ ref('int_event_participants')
        ~ ' where actor_id in (' ~ changed('int_actors', 'actor_id', ['kind', 'is_curated']) ~ ')',
    ]) }}") }}
with participants as (
    select
        participants.event_mention_id,
        participants.actor_id,
        participants.role,
        -- A country and its government are one party.
        replace(participants.actor_id, 'government:', '') as party,
        -- Police, protesters or residents are not the same people in two articles.
        actors.is_curated or actors.kind not in ('unnamed role', 'group', 'place') as is_named
    from {{ ref('int_event_participants') }} as participants
    inner join {{ ref('int_actors') }} as actors on participants.actor_id = actors.actor_id
    where {{ in_scope('participants.article_id') }}
),

parties as (
    select
        event_mention_id,
        list_sort(list_distinct(list(actor_id) filter (where role = 'actor'))) as actor_ids,
        list_sort(list_distinct(list(actor_id) filter (where role = 'recipient'))) as recipient_ids,
        array_to_string(list_sort(list_distinct(list(party))), ',') as all_parties,
        array_to_string(list_sort(list_distinct(list(party) filter (where role = 'actor'))), ',') as actor_parties,
        array_to_string(list_sort(list_distinct(list(party) filter (where role = 'recipient'))), ',')
            as recipient_parties,
        bool_or(is_named) as has_named
    from participants
    group by event_mention_id
),

events as (
    select
        events.*,
        articles.outlet,
        articles.published_at,
        articles.published_on,
        articles.duplicate_group_id,
        articles.duplicate_role,
        articles.original_outlet,
        substring(texts.text, events.sentence_start + 1, events.sentence_end - events.sentence_start) as sentence,
        -- Statuses under which two mentions may speak of one event.
        case
            when events.status in ('realised', 'reported', 'historical') then 'happened'
            else events.status
        end as status_class
    from {{ ref('stg_events') }} as events
    inner join {{ ref('int_articles') }} as articles
        on events.article_id = articles.article_id and events.revision = articles.revision
    inner join {{ ref('stg_articles') }} as texts on articles.record_id = texts.record_id
    where {{ in_scope('events.article_id') }} and {{ in_scope('texts.article_id') }}
)

select
    events.*,
    coalesce(parties.actor_ids, []) as actor_ids,
    coalesce(parties.recipient_ids, []) as recipient_ids,
    case
        when not coalesce(parties.has_named, false)
            then 'text:' || events.duplicate_group_id || ':' || md5(lower(events.sentence))
        -- Who meets, agrees or works with whom: the order of the parties means nothing.
        when events.type in ('AGREE', 'CONSULT', 'COOPERATE') then 'parties:' || parties.all_parties
        else concat('actors:', parties.actor_parties, '>', parties.recipient_parties)
    end as actor_key,
    case
        when events.date_start = events.date_end then 'day'
        when events.date_end - events.date_start <= 2 then 'days'
        when events.date_start is not null then 'interval'
        when events.status != 'historical' and events.published_on is not null then 'published'
        else 'unknown'
    end as when_known
from events
left join parties on events.event_mention_id = parties.event_mention_id
