select
    events.event_id,
    coalesce(
        events.date_start,
        events.date_end,
        case when events.status != 'historical' then events.first_seen_at::date end
    ) as timeline_on,
    case
        when coalesce(events.date_start, events.date_end) is not null then 'event'
        when events.status != 'historical' and events.first_seen_at is not null then 'first article'
        else 'none'
    end as timeline_method,
    events.actors,
    events.type,
    events.mode,
    events.recipients,
    events.status,
    case when events.status in ('realised', 'reported', 'historical') then 'happened' else events.status end
        as status_class,
    events.attributed_to,
    events.quad_class,
    events.intensity,
    events.contexts,
    events.date_start,
    events.date_end,
    events.date_granularity,
    events.date_text,
    events.place_name,
    events.place_country_iso3,
    events.place_lat,
    events.place_lon,
    events.place_precision,
    events.killed,
    events.injured,
    events.arrested,
    events.sentence,
    events.confidence,
    events.n_mentions,
    events.n_articles,
    events.n_outlets,
    events.n_independent_sources,
    events.first_seen_at,
    events.last_seen_at,
    articles.topics,
    articles.article_id,
    articles.title,
    articles.url,
    articles.outlet
from {{ ref('events') }} as events
inner join {{ ref('event_mentions') }} as mentions on events.best_mention_id = mentions.event_mention_id
inner join {{ ref('articles') }} as articles on mentions.article_id = articles.article_id
