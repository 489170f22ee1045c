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
),

last_run as (
    select max(interval_on) as interval_on
    from {{ ref('stg_outcomes') }}
)

select
    health.source_id,
    health.last_success_at,
    health.last_landed_on,
    last_run.interval_on - health.last_landed_on as silent_days,
    health.n_polls,
    health.n_failed_polls,
    health.n_items,
    health.n_quarantined,
    (health.n_failed_polls + health.n_quarantined) / nullif(health.n_polls + health.n_items, 0) as error_rate
from health
cross join last_run
