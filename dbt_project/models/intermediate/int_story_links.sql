{{ config(materialized='incremental', incremental_strategy='scoped', unique_key=['article_id', 'linked_id'],
    pre_hook="{{ scope('article_id', ['int_article_words']) }}") }}
-- Which articles of neighbouring days are alike: their heaviest words are largely the same.
with profiles as (
    select
        article_id,
        published_on,
        word,
        weight
    from {{ ref('int_article_words') }}
    {% if is_daily() %}
        where published_on in (
            select words.published_on + step.days
            from {{ ref('int_article_words') }} as words, (select unnest(range(-2, 3))::integer as days) as step
            where {{ in_scope('words.article_id') }}
        )
    {% endif %}
),

-- Numbers are compared faster than keys.
articles as (
    select
        article_id,
        published_on,
        row_number() over (order by article_id) as number
    from profiles
    group by article_id, published_on
),

numbered as (
    select
        articles.number,
        profiles.*
    from profiles
    inner join articles on profiles.article_id = articles.article_id
),

-- Joined on word and day, so that the cost grows with the articles of a few days, not with all of them.
nearby as (
    select
        number,
        word,
        weight,
        unnest(range(published_on - 2, published_on + 3, interval 1 day))::date as on_day
    from numbered
),

alike as (
    select
        one.number,
        other.number as other_number,
        round(sum(one.weight * other.weight), 6) as likeness
    from numbered as one
    inner join nearby as other on one.word = other.word and one.published_on = other.on_day
    where {{ in_scope('one.article_id') }}
    group by one.number, other.number
    having round(sum(one.weight * other.weight), 6) >= 0.32
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
where not {{ in_scope('linked_id') }}
