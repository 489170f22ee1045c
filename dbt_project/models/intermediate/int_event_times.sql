{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='act_key',
    pre_hook="{{ scope('act_key', ['int_event_acts']) }}") }}
-- When a mention's act happened, as far as that tells it from others of the same parties.
with acts as (
    select
        event_mention_id,
        story_id,
        -- Said here and not in the join: a condition on one side alone makes DuckDB compare all with all.
        case when when_known = 'published' then story_id end as undated_story_id,
        act_key,
        when_known,
        date_start,
        date_end,
        published_on,
        duplicate_group_id
    from {{ ref('int_event_acts') }}
    where {{ in_scope('act_key') }}
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
        on acts.undated_story_id = story_days.story_id and acts.act_key = story_days.act_key
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
)

select
    acts.event_mention_id,
    acts.act_key,
    case acts.when_known
        when 'day' then acts.date_start::varchar
        when 'interval' then acts.date_start || '/' || coalesce(acts.date_end::varchar, '')
        when 'unknown' then 'text:' || acts.duplicate_group_id
        else
            coalesce(
                joined.day_on, chains.chain_on + ((chains.day_on - chains.chain_on) // 2 * 2)::integer
            )::varchar
    end as time_key,
    md5(concat_ws('|', acts.act_key, time_key)) as act_id
from acts
left join joined on acts.event_mention_id = joined.event_mention_id
left join loose on acts.event_mention_id = loose.event_mention_id
left join chains on loose.act_key = chains.act_key and loose.day_on = chains.day_on
