{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='act_id',
    pre_hook="{{ scope('act_id', [
        'int_event_times',
        'select act_id as key from ' ~ ref('int_event_times')
        ~ ' where event_mention_id in (select event_mention_id from changes.int_event_acts)',
    ]) }}") }}
-- Which mentions are one event: those of one act (int_event_acts), at the same time (int_event_times), in no other
-- place.
with timed as (
    select
        acts.*,
        times.act_id,
        times.time_key
    from {{ ref('int_event_times') }} as times
    inner join {{ ref('int_event_acts') }} as acts on times.event_mention_id = acts.event_mention_id
    where {{ in_scope('times.act_id') }}
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
    window same_act as (partition by act_id)
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
    window same_country as (partition by act_id, country_key)
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
    act_id,
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
