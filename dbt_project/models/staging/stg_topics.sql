select
    topic_id,
    name,
    description
from {{ source('staging', 'topics') }}
