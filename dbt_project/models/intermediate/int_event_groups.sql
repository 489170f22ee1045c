{{ config(materialized='incremental', incremental_strategy='whole', unique_key='event_mention_id') }}
-- Which mentions are one event: same type and status class, same named parties, same time, no other place.
with mentions as (
    select
        *,
        concat_ws('|', type, status_class, actor_key) as act_key
    from {{ ref('int_event_mentions') }}
),

stated_days as (
    select distinct
        act_key,
        date_start as day_on
    from mentions
    where when_known = 'day'
),

-- A mention with no day of its own joins the act stated for its publication day or the day before,
-- or for one of the two or three days it names.
joined as (
    select
        mentions.event_mention_id,
        max(stated_days.day_on) as day_on
    from mentions
    inner join stated_days
        on
            mentions.act_key = stated_days.act_key
            and stated_days.day_on between coalesce(mentions.date_start, mentions.published_on - 1)
            and coalesce(mentions.date_end, mentions.published_on)
    where mentions.when_known in ('days', 'published')
    group by mentions.event_mention_id
),

-- What is left merges with what is told within a day of it; a chain of daily reports is cut every second day.
loose as (
    select
        mentions.event_mention_id,
        mentions.act_key,
        coalesce(mentions.date_start, mentions.published_on) as day_on
    from mentions
    anti join joined on mentions.event_mention_id = joined.event_mention_id
    where mentions.when_known in ('days', 'published')
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
        mentions.*,
        case mentions.when_known
            when 'day' then mentions.date_start::varchar
            when 'interval' then mentions.date_start || '/' || coalesce(mentions.date_end::varchar, '')
            when 'unknown' then 'text:' || mentions.duplicate_group_id
            else
                coalesce(
                    joined.day_on, chains.chain_on + ((chains.day_on - chains.chain_on) // 2 * 2)::integer
                )::varchar
        end as time_key
    from mentions
    left join joined on mentions.event_mention_id = joined.event_mention_id
    left join loose on mentions.event_mention_id = loose.event_mention_id
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
