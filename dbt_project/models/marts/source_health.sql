with days as (
    select
        source_id,
        interval_on,
        count(*) filter (where subject_type = 'source') as n_polls,
        count(*) filter (where subject_type = 'source' and status = 'failed') as n_failed_polls,
        count(*) filter (where subject_type = 'item' and status != 'skipped') as n_items,
        count(*) filter (where subject_type = 'item' and status = 'landed') as n_landed,
        count(*) filter (where subject_type = 'item' and status = 'quarantined') as n_quarantined,
        count(*) filter (where subject_type = 'item' and status = 'failed') as n_failed,
        max(started_at) filter (where subject_type = 'source' and status = 'ok') as last_success_at,
        arg_max(status, started_at) filter (where subject_type = 'source') as last_status
    from {{ ref('stg_outcomes') }}
    where source_id is not null
    group by source_id, interval_on
),

last_run as (
    select max(interval_on) as interval_on
    from {{ ref('stg_outcomes') }}
),

health as (
    select
        days.source_id,
        max(days.last_success_at) as last_success_at,
        arg_max(days.last_status, days.interval_on) as last_status,
        max(days.interval_on) filter (where days.n_landed > 0) as last_landed_on,
        arg_max(days.n_landed, days.interval_on) as n_landed_last_day,
        -- What is usual is what the four weeks before the last day show.
        median(days.n_landed) filter (
            where days.interval_on < last_run.interval_on and days.interval_on >= last_run.interval_on - 28
        ) as usual_landed_per_day,
        count(*) filter (
            where days.interval_on < last_run.interval_on and days.interval_on >= last_run.interval_on - 28
        ) as usual_days,
        count(*) filter (
            where days.n_landed > 0
            and days.interval_on < last_run.interval_on and days.interval_on >= last_run.interval_on - 28
        ) as usual_days_with_news,
        sum(days.n_polls)::bigint as n_polls,
        sum(days.n_failed_polls)::bigint as n_failed_polls,
        sum(days.n_items)::bigint as n_items,
        sum(days.n_quarantined)::bigint as n_quarantined,
        sum(days.n_failed)::bigint as n_failed,
        sum(days.n_failed_polls + days.n_quarantined + days.n_failed)
        / nullif(sum(days.n_polls + days.n_items), 0) as error_rate,
        sum(days.n_failed_polls + days.n_quarantined + days.n_failed)
        filter (where days.interval_on > last_run.interval_on - 7)
        / nullif(
            sum(days.n_polls + days.n_items) filter (where days.interval_on > last_run.interval_on - 7), 0
        ) as error_rate_7d,
        last_run.interval_on - max(days.interval_on) filter (where days.n_landed > 0) as silent_days
    from days
    cross join last_run
    group by days.source_id, last_run.interval_on
)

select
    health.source_id,
    health.last_success_at,
    health.last_landed_on,
    health.silent_days,
    health.n_landed_last_day,
    health.usual_landed_per_day,
    health.n_polls,
    health.n_failed_polls,
    health.n_items,
    health.n_quarantined,
    health.n_failed,
    health.error_rate,
    health.error_rate_7d,
    case
        when sources.source_id is null then null
        when health.last_status = 'failed' then 'cannot be read'
        when health.error_rate_7d > 0.2 and health.n_items >= 5 then 'many errors'
        -- A folder that stays the same has nothing new, and nothing is wrong with it.
        when sources.path not like 'http%' and sources.path not like '%{date%' then null
        -- Silent is what has been silent three times as long as it usually is between two days with news.
        when
            health.usual_days_with_news > 0
            and health.silent_days >= greatest(2, 3 * health.usual_days / health.usual_days_with_news)
            then 'silent'
        when
            health.usual_landed_per_day >= 8 and health.n_landed_last_day < health.usual_landed_per_day / 4
            then 'few articles'
        when
            health.usual_landed_per_day >= 8 and health.n_landed_last_day > health.usual_landed_per_day * 4
            then 'many articles'
    end as warning
from health
left join {{ ref('stg_sources') }} as sources on health.source_id = sources.source_id
