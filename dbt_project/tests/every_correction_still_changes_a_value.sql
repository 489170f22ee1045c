-- A correction whose value has changed under it, or whose row or column is gone, does nothing: take it out or renew it.
-- Those of articles that are not in this warehouse are left alone.
with correctable as (
    {{ corrected_values() }}
)

select
    corrections.table_name,
    corrections.row_key,
    corrections.column_name,
    corrections.old_value,
    correctable.value
from {{ ref('corrections') }} as corrections
semi join {{ ref('stg_articles') }} as articles on corrections.article_id = articles.article_id
left join correctable
    on
        corrections.table_name = correctable.table_name
        and corrections.row_key = correctable.row_key
        and corrections.column_name = correctable.column_name
where
    correctable.row_key is null
    or correctable.value is distinct from corrections.old_value
    or corrections.new_value is not distinct from corrections.old_value
