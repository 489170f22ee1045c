select
    outcome_id,
    run_id,
    interval_start as interval_on,
    stage,
    subject_type,
    subject,
    source_id,
    article_id,
    status,
    error_class,
    message,
    payload,
    rows as row_count,
    started_at,
    duration_s
from {{ source('staging', 'outcomes') }}
