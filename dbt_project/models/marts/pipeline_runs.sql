select
    run_id,
    min(interval_on) as interval_on,
    min(started_at) as started_at,
    max(started_at + to_milliseconds((duration_s * 1000)::bigint)) as finished_at,
    count(*) filter (where subject_type = 'source') as sources_polled,
    count(*) filter (where subject_type = 'source' and status = 'failed') as sources_failed,
    count(*) filter (where subject_type = 'item') as items_found,
    count(*) filter (where subject_type = 'item' and status = 'landed') as items_landed,
    count(*) filter (where subject_type = 'item' and status = 'unchanged') as items_unchanged,
    count(*) filter (where subject_type = 'item' and status = 'quarantined') as items_quarantined,
    count(*) filter (where subject_type = 'item' and status = 'failed') as items_failed,
    count(*) filter (where subject_type = 'item' and status = 'skipped') as items_skipped,
    count(*) filter (where subject_type = 'article' and status = 'extracted') as articles_extracted,
    count(*) filter (where subject_type = 'article' and status = 'failed') as articles_failed,
    count(*) filter (where subject_type = 'node' and status = 'failed') as dbt_nodes_failed,
    list_sort(list_distinct(list(stage) filter (where subject_type = 'task' and status = 'ok'))) as stages_ok,
    list_sort(list_distinct(list(stage) filter (where subject_type = 'task' and status = 'failed'))) as stages_failed
from {{ ref('stg_outcomes') }}
group by run_id
