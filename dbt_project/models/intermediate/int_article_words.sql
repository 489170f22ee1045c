{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles', 'int_articles']) }}") }}
-- tf-idf of the fifty heaviest words of each article, its length one. How rare a word is comes from a seed and not from
-- the warehouse, so that an article's profile never changes with what else was read.
with words as (
    select
        articles.article_id,
        articles.published_on,
        unnest(regexp_extract_all(lower(concat_ws(' ', texts.title, left(texts.text, 5000))), '[\p{L}]{3,}')) as word
    from {{ ref('int_articles') }} as articles
    inner join {{ ref('stg_articles') }} as texts on articles.record_id = texts.record_id
    where
        articles.published_on is not null
        and {{ in_scope('articles.article_id') }} and {{ in_scope('texts.article_id') }}
),

counts as (
    select
        article_id,
        published_on,
        word,
        count(*) as n
    from words
    group by article_id, published_on, word
),

weights as (
    select
        counts.article_id,
        counts.published_on,
        counts.word,
        -- What is not in the seed stands in fewer than 0.5 % of articles.
        (1 + ln(counts.n)) * -ln(coalesce(common.share, 0.002)) as weight
    from counts
    left join {{ ref('common_words') }} as common on counts.word = common.word
    -- A word of a tenth of all articles says nothing.
    where coalesce(common.share, 0) <= 0.1
    qualify row_number() over (
        partition by counts.article_id
        order by weight desc, counts.word asc
    ) <= 50
)

select
    article_id,
    published_on,
    word,
    round(weight / sqrt(sum(weight * weight) over (partition by article_id)), 6) as weight
from weights
