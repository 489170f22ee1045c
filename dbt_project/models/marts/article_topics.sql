select distinct
    articles.article_id,
    unnest(records.topics) as topic_id
from {{ ref('int_articles') }} as articles
inner join {{ ref('stg_articles') }} as records on articles.record_id = records.record_id
