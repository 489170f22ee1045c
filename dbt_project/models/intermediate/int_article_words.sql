{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles', 'int_articles']) }}") }}
-- tf-idf of the fifty heaviest words of each article, its length one. How rare a word is comes from a seed and not from
-- the warehouse, so that an article's profile never changes with what else was read.
-- Words are counted within each article and only its heaviest are kept, so that little is held until all are read.
with words as (
    select
        articles.article_id,
        articles.published_on,
        unnest(map_entries(list_aggregate(
            regexp_extract_all(lower(concat_ws(' ', texts.title, left(texts.text, 5000))), '[\p{L}]{3,}'),
            'histogram'
        ))) as counted
    from {{ ref('int_articles') }} as articles
    inner join {{ scoped('stg_articles') }} as texts on articles.record_id = texts.record_id
    where
        articles.published_on is not null
        and {{ in_scope('articles.article_id') }}
),

-- The least by negative weight are the heaviest, and by word where two weigh the same.
heaviest as (
    select
        words.article_id,
        words.published_on,
        unnest(min({
            -- What is not in the seed stands in fewer than 0.5 % of articles.
            'negative': (1 + ln(words.counted.value)) * ln(coalesce(common.share, 0.002)),
            'word': words.counted.key
        }, 50)) as item
    from words
    left join {{ ref('common_words') }} as common on words.counted.key = common.word
    -- A word of a tenth of all articles says nothing.
    where coalesce(common.share, 0) <= 0.1
    group by words.article_id, words.published_on
)

select
    heaviest.article_id,
    heaviest.published_on,
    heaviest.item.word,
    round(
        -heaviest.item.negative
        / sqrt(sum(heaviest.item.negative * heaviest.item.negative) over (partition by heaviest.article_id)),
        6
    ) as weight
from heaviest
