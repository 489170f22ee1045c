with landed as (
    select article_id
    from {{ ref('stg_articles') }}
    {% if is_daily() %}
        -- But those whose turn is to come.
        except
        select article_id
        from staging.changed_articles
        where article_id not in (select turn.article_id from scopes.changed_articles as turn)
    {% endif %}
)

select landed.article_id
from landed
left join {{ ref('articles') }} as articles on landed.article_id = articles.article_id
where articles.article_id is null
