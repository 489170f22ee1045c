{{ config(materialized='incremental', incremental_strategy='whole', unique_key='event_mention_id') }}
-- Which mentions are one event. Within a story: same type and status class, told in the same word, of parties that do
-- not contradict. Across stories: same type, status class and named parties. Then: same time, no other place.
with mentions as (
    select
        *,
        concat_ws('|', story_id, type, status_class, trigger_stem) as telling
    from {{ ref('int_event_mentions') }}
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
),

acts as (
    select
        *,
        case
            when act_doer || act_undergoer = '' then telling
            else concat_ws('|', type, status_class, act_doer, act_undergoer)
        end as act_key
    from with_both
),

-- The only day that a story states for the act is that of its undated mentions.
story_days as (
    select
        story_id,
        act_key,
        min(date_start) as day_on
    from acts
    where when_known = 'day'
    group by story_id, act_key
    having min(date_start) = max(date_start)
),

stated_days as (
    select distinct
        act_key,
        date_start as day_on
    from acts
    where when_known = 'day'
),

-- A mention with no day of its own joins the act stated for its publication day or the day before,
-- or for one of the two or three days it names.
near_days as (
    select
        acts.event_mention_id,
        max(stated_days.day_on) as day_on
    from acts
    inner join stated_days
        on
            acts.act_key = stated_days.act_key
            and stated_days.day_on between coalesce(acts.date_start, acts.published_on - 1)
            and coalesce(acts.date_end, acts.published_on)
    where acts.when_known in ('days', 'published')
    group by acts.event_mention_id
),

joined as (
    select
        acts.event_mention_id,
        coalesce(near_days.day_on, story_days.day_on) as day_on
    from acts
    left join near_days on acts.event_mention_id = near_days.event_mention_id
    left join story_days
        on acts.story_id = story_days.story_id and acts.act_key = story_days.act_key and acts.when_known = 'published'
    where coalesce(near_days.day_on, story_days.day_on) is not null
),

-- What is left merges with what is told within a day of it; a chain of daily reports is cut every second day.
loose as (
    select
        acts.event_mention_id,
        acts.act_key,
        coalesce(acts.date_start, acts.published_on) as day_on
    from acts
    anti join joined on acts.event_mention_id = joined.event_mention_id
    where acts.when_known in ('days', 'published')
),

loose_days as (
    select
        act_key,
        day_on,
        day_on - lag(day_on) over (partition by act_key order by day_on) > 1 as starts_chain
    from loose
    group by act_key, day_on
),

chains as (
    select
        act_key,
        day_on,
        max(day_on) filter (where coalesce(starts_chain, true)) over (
            partition by act_key
            order by day_on
        ) as chain_on
    from loose_days
),

timed as (
    select
        acts.*,
        case acts.when_known
            when 'day' then acts.date_start::varchar
            when 'interval' then acts.date_start || '/' || coalesce(acts.date_end::varchar, '')
            when 'unknown' then 'text:' || acts.duplicate_group_id
            else
                coalesce(
                    joined.day_on, chains.chain_on + ((chains.day_on - chains.chain_on) // 2 * 2)::integer
                )::varchar
        end as time_key
    from acts
    left join joined on acts.event_mention_id = joined.event_mention_id
    left join loose on acts.event_mention_id = loose.event_mention_id
    left join chains on loose.act_key = chains.act_key and loose.day_on = chains.day_on
),

-- Where only one country, and in it only one town or point, is named, mentions without a place are of it.
in_country as (
    select
        *,
        coalesce(
            place_country_iso3,
            case
                when min(place_country_iso3) over same_act = max(place_country_iso3) over same_act
                    then max(place_country_iso3) over same_act
            end,
            ''
        ) as country_key,
        case when place_precision in ('point', 'city') then place_name end as town
    from timed
    window same_act as (partition by act_key, time_key)
),

placed as (
    select
        *,
        coalesce(
            town,
            case when min(town) over same_country = max(town) over same_country then max(town) over same_country end,
            ''
        ) as place_key
    from in_country
    window same_country as (partition by act_key, time_key, country_key)
),

grouped as (
    select
        *,
        md5(concat_ws('|', act_key, time_key, country_key, place_key)) as event_id
    from placed
)

select
    event_mention_id,
    event_id,
    act_key,
    time_key,
    country_key,
    place_key,
    -- The mention that speaks for the event: as certain, as original and as reliable as there is.
    row_number() over (
        partition by event_id
        order by
            list_position(
                ['realised', 'reported', 'historical', 'attempted', 'future', 'hypothetical', 'negated'], status
            ) asc,
            duplicate_role = 'original' desc,
            confidence desc,
            published_at asc nulls last,
            event_mention_id asc
    ) as mention_rank
from grouped
