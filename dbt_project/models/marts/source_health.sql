with health as (
    select
        source_id,
        count(*) filter (where subject_type = 'source') as n_polls,
        count(*) filter (where subject_type = 'source' and status = 'failed') as n_failed_polls,
        max(started_at) filter (where subject_type = 'source' and status = 'ok') as last_success_at,
        count(*) filter (where subject_type = 'item') as n_items,
        count(*) filter (where subject_type = 'item' and status = 'quarantined') as n_quarantined,
        max(interval_on) filter (where subject_type = 'item' and status = 'landed') as last_landed_on
    from {{ ref('stg_outcomes') }}
    where source_id is not null
    group by source_id
)

select
    source_id,
    last_success_at,
    last_landed_on,
    (select max(interval_on) from {{ ref('stg_outcomes') }}) - last_landed_on as silent_days,
    n_polls,
    n_failed_polls,
    n_items,
    n_quarantined,
    (n_failed_polls + n_quarantined) / nullif(n_polls + n_items, 0) as error_rate
from health
