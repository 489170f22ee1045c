{{ config(materialized='incremental', incremental_strategy='scoped', unique_key=['article_id', 'linked_id'],
    pre_hook="{{ scope('article_id', ['int_article_words']) }}") }}
-- Which articles of neighbouring days are alike: their heaviest words are largely the same.
with profiles as (
    select
        article_id,
        published_on,
        -- A number is compared faster, and the sum of whole weights is the same in any order.
        hash(word) as word,
        round(weight * 1000000) as weight
    from {{ ref('int_article_words') }}
    {% if is_daily() %}
        where published_on in (
            select words.published_on + step.days
            from {{ ref('int_article_words') }} as words, (select unnest(range(-2, 3))::integer as days) as step
            where {{ in_scope('words.article_id') }}
        )
    {% endif %}
),

articles as (
    select
        article_id,
        published_on,
        row_number() over (order by article_id) as number,
        {{ in_scope('article_id') }} as is_in_scope
    from profiles
    group by article_id, published_on
),

words as (
    select
        articles.number,
        articles.published_on,
        articles.is_in_scope,
        profiles.word,
        profiles.weight
    from profiles
    inner join articles on profiles.article_id = articles.article_id
),

nearby as (
    select
        number,
        word,
        weight,
        unnest(range(published_on - 2, published_on + 3, interval 1 day))::date as on_day
    from words
    where is_in_scope
),

-- Joined on word and day, so that the cost grows with the articles of a few days, not with all of them. Each pair once.
alike as (
    select
        one.number,
        other.number as other_number,
        round(sum(one.weight * other.weight) / 1e12, 6) as likeness
    from nearby as one
    inner join words as other on one.word = other.word and one.on_day = other.published_on
    where one.number <= other.number or not other.is_in_scope
    group by one.number, other.number
    having round(sum(one.weight * other.weight) / 1e12, 6) >= 0.32
),

links as (
    select
        one.article_id,
        one.published_on,
        other.article_id as linked_id,
        other.published_on as linked_on,
        alike.likeness
    from alike
    inner join articles as one on alike.number = one.number
    inner join articles as other on alike.other_number = other.number
)

select * from links
union all
-- From the other side too.
select
    linked_id as article_id,
    linked_on as published_on,
    article_id as linked_id,
    published_on as linked_on,
    likeness
from links
where article_id != linked_id
