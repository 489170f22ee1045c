select
    article_id,
    revision,
    extractor_version,
    published_on,
    status,
    sentences as n_sentences,
    tokens as n_tokens
from {{ source('staging', 'documents') }}
