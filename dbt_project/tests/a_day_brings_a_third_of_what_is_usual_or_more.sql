-- depends_on: {{ ref('int_articles') }} (so that a day's build, which makes no views, runs it)
{{ config(severity='warn') }}
-- Warns and does not stop: what came is right as far as it goes, and an outlet may have good reasons to be silent.
-- The newest day of each source against the median of its 28 days before, where that is 20 articles or more.
with days as (
    select
        source_id,
        landed_for,
        count(*) as n_articles
    from {{ ref('stg_articles') }}
    group by source_id, landed_for
),

newest as (
    select max(landed_for) as landed_for
    from days
),

usual as (
    select
        days.source_id,
        median(days.n_articles) as n_usual,
        coalesce(max(days.n_articles) filter (where days.landed_for = newest.landed_for), 0) as n_newest
    from days
    cross join newest
    where days.landed_for > newest.landed_for - 28
    group by days.source_id
)

select *
from usual
where n_usual >= 20 and n_newest < n_usual / 3
