-- depends_on: {{ ref('int_articles') }} (so that a day's build, which makes no views, runs it)
{{ config(severity='error') }}
-- Stops: where a tenth of the texts of ten sentences or more name nobody, the pipeline is broken, and marts built of
-- such readings would say that nothing happened.
with readings as (
    select
        documents.article_id,
        documents.revision,
        count(mentions.mention_id) as n_mentions
    from {{ ref('stg_documents') }} as documents
    left join {{ ref('stg_mentions') }} as mentions
        on documents.article_id = mentions.article_id and documents.revision = mentions.revision
    where documents.n_sentences >= 10
    group by documents.article_id, documents.revision
)

select
    count(*) as n_readings,
    count(*) filter (where n_mentions = 0) as n_empty
from readings
having count(*) filter (where n_mentions = 0) > 0.1 * count(*)
