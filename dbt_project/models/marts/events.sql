{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='event_id',
    pre_hook="{{ scope('event_id', [
        changed_events(),
        'event_actors',
        'select event_id as key from ' ~ ref('event_actors')
        ~ ' where actor_id in (' ~ changed('int_actors', 'actor_id', ['canonical_name']) ~ ')',
    ]) }}") }}
{%- set most_told_first = ['-event_actors.n_mentions', 'actors.actor_id'] %}

with mentions as (
    select
        mentions.*,
        groups.event_id,
        groups.mention_rank,
        mentions.place_precision in ('point', 'city') as names_town
    from {{ ref('int_event_mentions') }} as mentions
    inner join {{ ref('int_event_groups') }} as groups on mentions.event_mention_id = groups.event_mention_id
    where {{ in_scope('groups.event_id') }}
),

-- The first mention, by rank, to say something, says it for the event; a day before an interval, a town before
-- a country, the newest count of casualties before an older one.
merged as (
    select
        event_id,
        arg_min(type, mention_rank) as type,
        arg_min(mode, mention_rank) filter (where mode is not null) as mode,
        list_sort(list_distinct(flatten(list(contexts)))) as contexts,
        arg_min(status, mention_rank) as status,
        arg_min(attributed_to, mention_rank) filter (where attributed_to is not null) as attributed_to,
        arg_min(
            {
                'date_start': date_start,
                'date_end': date_end,
                'granularity': date_granularity,
                'text': date_text,
                'method': date_method
            },
            [coalesce(date_end - date_start, 100000), mention_rank]
        ) filter (where date_start is not null or date_end is not null) as dated,
        arg_min(
            {
                'text': place_text,
                'name': place_name,
                'country_iso3': place_country_iso3,
                'lat': place_lat,
                'lon': place_lon,
                'precision': place_precision
            },
            [case when names_town then 0 else 1 end, mention_rank]
        ) filter (where place_name is not null) as place,
        arg_max(killed, [epoch_us(coalesce(published_at, 'epoch')), -mention_rank]) filter (where killed is not null)
            as killed,
        arg_max(injured, [epoch_us(coalesce(published_at, 'epoch')), -mention_rank]) filter (where injured is not null)
            as injured,
        arg_max(arrested, [epoch_us(coalesce(published_at, 'epoch')), -mention_rank])
        filter (where arrested is not null)
            as arrested,
        arg_min(event_mention_id, mention_rank) as best_mention_id,
        arg_min(trigger_text, mention_rank) as trigger_text,
        arg_min(sentence, mention_rank) as sentence,
        arg_min(rule_id, mention_rank) as rule_id,
        max(confidence) as confidence,
        count(*) as n_mentions,
        count(distinct article_id) as n_articles,
        count(distinct outlet) as n_outlets,
        count(distinct original_outlet) as n_independent_sources,
        min(published_at) as first_seen_at,
        max(published_at) as last_seen_at
    from mentions
    group by event_id
),

parties as (
    select
        event_actors.event_id,
        {{ sorted_list('actors.canonical_name', most_told_first, "event_actors.role = 'actor'") }} as actors,
        {{ sorted_list('actors.canonical_name', most_told_first, "event_actors.role = 'recipient'") }} as recipients
    from {{ ref('event_actors') }} as event_actors
    inner join {{ ref('int_actors') }} as actors on event_actors.actor_id = actors.actor_id
    where {{ in_scope('event_actors.event_id') }}
    group by event_actors.event_id
)

select
    merged.event_id,
    merged.type,
    merged.mode,
    merged.contexts,
    coalesce(modes.cameo_root, types.cameo_root) as cameo_root,
    types.quad_class,
    coalesce(modes.intensity, types.intensity) as intensity,
    merged.status,
    merged.attributed_to,
    coalesce(parties.actors, []) as actors,
    coalesce(parties.recipients, []) as recipients,
    merged.dated.date_start,
    merged.dated.date_end,
    merged.dated.granularity as date_granularity,
    merged.dated.text as date_text,
    merged.dated.method as date_method,
    merged.place.text as place_text,
    merged.place.name as place_name,
    merged.place.country_iso3 as place_country_iso3,
    merged.place.lat as place_lat,
    merged.place.lon as place_lon,
    merged.place.precision as place_precision,
    merged.killed,
    merged.injured,
    merged.arrested,
    merged.best_mention_id,
    merged.trigger_text,
    merged.sentence,
    merged.rule_id,
    merged.confidence,
    merged.n_mentions,
    merged.n_articles,
    merged.n_outlets,
    merged.n_independent_sources,
    merged.first_seen_at,
    merged.last_seen_at
from merged
left join {{ ref('event_types') }} as types on merged.type = types.type and types.mode is null
left join {{ ref('event_types') }} as modes on merged.type = modes.type and merged.mode = modes.mode
left join parties on merged.event_id = parties.event_id
