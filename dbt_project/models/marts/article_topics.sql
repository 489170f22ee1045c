{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles', 'int_articles']) }}") }}
select distinct
    articles.article_id,
    unnest(records.topics) as topic_id
from {{ ref('int_articles') }} as articles
inner join {{ scoped('stg_articles') }} as records on articles.record_id = records.record_id
where {{ in_scope('articles.article_id') }}
