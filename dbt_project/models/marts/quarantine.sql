select
    outcome_id,
    run_id,
    interval_on,
    source_id,
    subject,
    error_class,
    message,
    payload,
    started_at
from {{ ref('stg_outcomes') }}
where status = 'quarantined'
