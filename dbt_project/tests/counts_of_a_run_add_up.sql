select
    run_id,
    items_found
from {{ ref('pipeline_runs') }}
where items_found != items_landed + items_unchanged + items_quarantined
