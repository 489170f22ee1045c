{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles', 'int_revisions']) }}") }}
-- What changed from one revision of an article to the next, by words counted without regard to their order: a moved
-- paragraph is no change of words. Only articles with several revisions are looked at.
with revisions as (
    select
        revisions.article_id,
        revisions.revision,
        revisions.revision_number,
        records.title,
        regexp_extract_all(lower(records.text), '[\w''’-]+') as words
    from {{ ref('int_revisions') }} as revisions
    inner join {{ scoped('stg_articles') }} as records on revisions.record_id = records.record_id
    where
        revisions.n_revisions > 1
        and {{ in_scope('revisions.article_id') }}
),

counted as (
    select
        article_id,
        revision_number,
        word,
        count(*) as n
    from (
        select
            article_id,
            revision_number,
            unnest(words) as word
        from revisions
    ) as unnested
    group by article_id, revision_number, word
),

-- Each word's count in a revision and, from the former one, how often it stood there.
compared as (
    select
        article_id,
        revision_number,
        word,
        n,
        0 as n_before
    from counted
    union all
    select
        article_id,
        revision_number + 1 as revision_number,
        word,
        0 as n,
        n as n_before
    from counted
),

differences as (
    select
        article_id,
        revision_number,
        word,
        sum(n) - sum(n_before) as difference
    from compared
    group by article_id, revision_number, word
),

changed as (
    select
        article_id,
        revision_number,
        coalesce(sum(difference) filter (where difference > 0), 0) as words_added,
        coalesce(-sum(difference) filter (where difference < 0), 0) as words_removed
    from differences
    group by article_id, revision_number
)

select
    later.article_id,
    later.revision,
    former.revision as former_revision,
    coalesce(later.title, '') != coalesce(former.title, '') as is_title_changed,
    later.words != former.words as is_text_changed,
    coalesce(changed.words_added, 0)::integer as words_added,
    coalesce(changed.words_removed, 0)::integer as words_removed,
    coalesce(
        (changed.words_added + changed.words_removed) / nullif(len(later.words) + len(former.words), 0), 0.0
    ) as share_changed
from revisions as later
inner join revisions as former
    on later.article_id = former.article_id and later.revision_number = former.revision_number + 1
left join changed on later.article_id = changed.article_id and later.revision_number = changed.revision_number
