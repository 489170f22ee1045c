{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='text_id',
    pre_hook="{{ scope('text_id', ['int_article_texts']) }}") }}
-- Exact copies are one text: which article stands for it.
select
    text_id,
    article_id,
    outlet,
    agency,
    is_elsewhere,
    known_at,
    fingerprints,
    min(day_on) over (partition by text_id) as day_on,
    row_number() over (
        partition by text_id
        order by is_elsewhere, known_at, article_id
    ) as ordinal
from {{ ref('int_article_texts') }}
where {{ in_scope('text_id') }}
