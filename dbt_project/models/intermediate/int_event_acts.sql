{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='story_id',
    pre_hook="{{ scope('story_id', ['int_event_mentions']) }}") }}
-- What act a mention tells. Within a story: same type and status class, told in the same word, of parties that do
-- not contradict. Across stories: same type, status class and named parties.
with mentions as (
    select
        *,
        concat_ws('|', story_id, type, status_class, trigger_stem) as telling
    from {{ ref('int_event_mentions') }}
    where {{ in_scope('story_id') }}
),

mention_parties as (
    select
        event_mention_id,
        telling,
        unnest(parties) as party
    from mentions
),

tellings as (
    select
        telling,
        count(*) as n_mentions
    from mentions
    group by telling
),

-- How often a story tells the act of each party; one that few of many mentions name is a circumstance or an error.
told_parties as (
    select
        mention_parties.telling,
        mention_parties.party,
        split_part(mention_parties.party, ':', 1) = 'recipient' as is_recipient,
        count(*) as n
    from mention_parties
    inner join tellings on mention_parties.telling = tellings.telling
    group by mention_parties.telling, mention_parties.party, tellings.n_mentions
    having count(*) >= 0.25 * tellings.n_mentions
),

-- Of each mention and side the party most told of: "Russia and its allies" is "Russia".
sides as (
    select
        mention_parties.event_mention_id,
        arg_min(told_parties.party, { 'n': -told_parties.n, 'party': told_parties.party })
        filter (where not told_parties.is_recipient) as doer,
        arg_min(told_parties.party, { 'n': -told_parties.n, 'party': told_parties.party })
        filter (where told_parties.is_recipient) as undergoer
    from mention_parties
    inner join told_parties
        on mention_parties.telling = told_parties.telling and mention_parties.party = told_parties.party
    group by mention_parties.event_mention_id
),

-- A side that a mention leaves open is that of the story's other mentions.
with_doer as (
    select
        mentions.*,
        sides.undergoer,
        coalesce(
            sides.doer,
            max(sides.doer) over (partition by mentions.telling, sides.undergoer),
            max(sides.doer) over (partition by mentions.telling),
            ''
        ) as act_doer
    from mentions
    left join sides on mentions.event_mention_id = sides.event_mention_id
),

with_both as (
    select
        *,
        coalesce(undergoer, max(undergoer) over (partition by telling, act_doer), '') as act_undergoer
    from with_doer
)

select
    event_mention_id,
    story_id,
    case
        when act_doer || act_undergoer = '' then telling
        else concat_ws('|', type, status_class, act_doer, act_undergoer)
    end as act_key,
    status,
    when_known,
    date_start,
    date_end,
    published_on,
    published_at,
    duplicate_group_id,
    duplicate_role,
    place_country_iso3,
    place_precision,
    place_name,
    confidence
from with_both
