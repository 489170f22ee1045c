select
    mentions.event_mention_id,
    mentions.event_id,
    events.actors,
    mentions.type,
    mentions.mode,
    events.recipients,
    mentions.status,
    case when mentions.status in ('realised', 'reported', 'historical') then 'happened' else mentions.status end
        as status_class,
    mentions.attributed_to,
    events.quad_class,
    events.intensity,
    mentions.sentence,
    mentions.date_start,
    mentions.date_end,
    mentions.place_name,
    mentions.place_country_iso3,
    mentions.killed,
    mentions.injured,
    mentions.arrested,
    mentions.confidence,
    mentions.published_on,
    articles.published_at,
    articles.topics,
    mentions.article_id,
    articles.title,
    articles.url,
    articles.duplicate_role,
    mentions.outlet,
    articles.source_id,
    sources.country_iso3 as source_country_iso3,
    sources.state_affiliation as source_state_affiliation
from {{ ref('event_mentions') }} as mentions
inner join {{ ref('events') }} as events on mentions.event_id = events.event_id
inner join {{ ref('articles') }} as articles on mentions.article_id = articles.article_id
inner join {{ ref('sources') }} as sources on articles.source_id = sources.source_id
