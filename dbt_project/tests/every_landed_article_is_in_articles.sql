select landed.article_id
from {{ ref('stg_articles') }} as landed
left join {{ ref('articles') }} as articles on landed.article_id = articles.article_id
where articles.article_id is null
