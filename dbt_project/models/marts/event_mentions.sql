{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='event_mention_id',
    pre_hook="{{ scope('event_mention_id', ['int_event_mentions', 'int_event_groups']) }}") }}
select
    mentions.event_mention_id,
    groups.event_id,
    mentions.article_id,
    mentions.revision,
    mentions.published_on,
    mentions.outlet,
    mentions.type,
    mentions.mode,
    mentions.contexts,
    mentions.status,
    mentions.actor_ids,
    mentions.recipient_ids,
    mentions.trigger_text,
    mentions.trigger_start,
    mentions.trigger_end,
    mentions.sentence,
    mentions.sentence_start,
    mentions.sentence_end,
    substring(
        articles.text,
        greatest(mentions.trigger_start - 120, 0) + 1,
        mentions.trigger_start - greatest(mentions.trigger_start - 120, 0)
    ) as left_context,
    substring(articles.text, mentions.trigger_end + 1, 120) as right_context,
    mentions.attributed_to,
    mentions.attributed_start,
    mentions.attributed_end,
    mentions.date_text,
    mentions.date_start,
    mentions.date_end,
    mentions.date_granularity,
    mentions.date_method,
    mentions.place_text,
    mentions.place_start,
    mentions.place_end,
    mentions.place_name,
    mentions.place_country_iso3,
    mentions.place_lat,
    mentions.place_lon,
    mentions.place_precision,
    mentions.killed,
    mentions.injured,
    mentions.arrested,
    mentions.rule_id,
    mentions.confidence,
    mentions.extractor_version
from {{ scoped('int_event_mentions', 'event_mention_id') }} as mentions
inner join {{ ref('int_event_groups') }} as groups on mentions.event_mention_id = groups.event_mention_id
inner join {{ ref('int_articles') }} as latest on mentions.article_id = latest.article_id
inner join {{ scoped(
    'stg_articles',
    keys='select article_id from ' ~ ref('int_event_mentions') ~ ' where ' ~ in_scope('event_mention_id')
) }} as articles on latest.record_id = articles.record_id
