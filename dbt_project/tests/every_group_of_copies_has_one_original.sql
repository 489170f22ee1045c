select
    duplicate_group_id,
    count(*) filter (where duplicate_role = 'original') as n_originals
from {{ ref('articles') }}
group by duplicate_group_id
having count(*) filter (where duplicate_role = 'original') != 1
