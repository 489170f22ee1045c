{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', [
        'articles',
        'int_articles',
        'int_event_participants',
        'int_stories',
        'select article_id as key from ' ~ ref('int_event_participants')
        ~ ' where actor_id in (' ~ changed('int_actors', 'actor_id', ['kind', 'is_curated']) ~ ')',
    ]) }}") }}
with participants as (
    select
        participants.event_mention_id,
        participants.actor_id,
        participants.role,
        -- Who meets, agrees or works with whom: the order of the parties means nothing. Else a party has a side.
        case when events.type in ('AGREE', 'CONSULT', 'COOPERATE') then 'with' else participants.role end
        -- A country and its government are one party.
        || ':' || replace(participants.actor_id, 'government:', '') as party,
        -- Police, protesters or residents are not the same people in two stories.
        actors.is_curated or actors.kind not in ('unnamed role', 'group', 'place') as is_named
    from {{ scoped('int_event_participants') }} as participants
    inner join {{ scoped('stg_events') }} as events on participants.event_mention_id = events.event_mention_id
    inner join {{ ref('int_actors') }} as actors on participants.actor_id = actors.actor_id
),

parties as (
    select
        event_mention_id,
        list_sort(list_distinct(list(actor_id) filter (where role = 'actor'))) as actor_ids,
        list_sort(list_distinct(list(actor_id) filter (where role = 'recipient'))) as recipient_ids,
        list_sort(list_distinct(list(party) filter (where is_named))) as parties
    from participants
    group by event_mention_id
)

select
    events.* exclude (staged_row),  -- noqa: RF02
    articles.outlet,
    articles.published_at,
    articles.published_on,
    articles.duplicate_group_id,
    articles.duplicate_role,
    articles.original_outlet,
    coalesce(stories.story_id, events.article_id) as story_id,
    substring(texts.text, events.sentence_start + 1, events.sentence_end - events.sentence_start) as sentence,
    -- The lemma of the trigger, with which the rule's name begins: the family of words that tell the same act, else
    -- the word less the endings of nouns made from verbs.
    coalesce(
        families.family,
        regexp_replace(split_part(events.rule_id, '.', 1), '^(.{3,}?)(ations?|ings?|ions?|ments?|ed|es|e|s)$', '\1')
    ) as trigger_stem,
    -- Statuses under which two mentions may speak of one event.
    case
        when events.status in ('realised', 'reported', 'historical') then 'happened'
        else events.status
    end as status_class,
    coalesce(parties.actor_ids, []) as actor_ids,
    coalesce(parties.recipient_ids, []) as recipient_ids,
    coalesce(parties.parties, []) as parties,
    case
        when events.date_start = events.date_end then 'day'
        when events.date_end - events.date_start <= 2 then 'days'
        when events.date_start is not null then 'interval'
        when events.status != 'historical' and articles.published_on is not null then 'published'
        else 'unknown'
    end as when_known
from {{ scoped('stg_events') }} as events
inner join {{ ref('int_articles') }} as articles
    on events.article_id = articles.article_id and events.revision = articles.revision
left join {{ ref('int_stories') }} as stories on articles.article_id = stories.article_id
inner join {{ scoped('stg_articles') }} as texts on articles.record_id = texts.record_id
left join parties on events.event_mention_id = parties.event_mention_id
left join {{ ref('trigger_families') }} as families on split_part(events.rule_id, '.', 1) = families.word
where
    -- A teaser is not the report: what it leaves out may change who did what.
    texts.is_teaser is not true
