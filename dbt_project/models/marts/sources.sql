with articles as (
    select
        source_id,
        count(*) as n_articles,
        min(published_at) as first_published_at,
        max(published_at) as last_published_at
    from {{ ref('int_articles') }}
    group by source_id
)

-- A source that was taken out of the configuration stays as long as there are articles of it.
select
    coalesce(sources.source_id, articles.source_id) as source_id,
    coalesce(sources.name, articles.source_id) as name,
    sources.kind,
    sources.path,
    sources.domain,
    sources.country_iso3,
    coalesce(sources.state_affiliation, 'unknown') as state_affiliation,
    sources.language,
    sources.license,
    sources.source_id is not null as is_configured,
    coalesce(articles.n_articles, 0) as n_articles,
    articles.first_published_at,
    articles.last_published_at
from {{ ref('stg_sources') }} as sources
full join articles on sources.source_id = articles.source_id
