select
    outcome_id,
    run_id,
    interval_on,
    stage,
    subject_type,
    subject,
    source_id,
    article_id,
    status,
    error_class,
    message,
    row_count,
    started_at,
    duration_s
from {{ ref('stg_outcomes') }}
