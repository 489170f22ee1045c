select
    source_id,
    name,
    kind,
    path,
    domain,
    country_iso3,
    state_affiliation,
    language,
    license
from {{ source('staging', 'sources') }}
