select
    article_id,
    revision,
    extractor_version,
    published_on,
    status,
    sentences as n_sentences,
    tokens as n_tokens,
    rowid as staged_row
from {{ source('staging', 'documents') }}
