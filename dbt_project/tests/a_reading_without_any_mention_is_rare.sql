-- depends_on: {{ ref('int_articles') }} (so that a day's build, which makes no views, runs it)
{{ config(severity='error') }}
-- Stops: where a tenth of the texts of ten sentences or more name nobody, the pipeline is broken, and marts built of
-- such readings would say that nothing happened. In a day's build it is a tenth of the texts that came with it, and
-- five at least.
with documents as (
    select
        article_id,
        revision
    from {{ scoped('stg_documents', of='int_revisions') }}
    where n_sentences >= 10
),

naming as (
    select distinct
        article_id,
        revision
    from {{ scoped('stg_mentions', of='int_revisions') }}
)

select
    count(*) as n_readings,
    count(*) filter (where naming.article_id is null) as n_empty
from documents
left join naming on documents.article_id = naming.article_id and documents.revision = naming.revision
having count(*) filter (where naming.article_id is null) > greatest(0.1 * count(*), {{ 4 if is_daily() else 0 }})
