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

common as (
    select
        word,
        count(*) as n
    from profiles
    group by word
),

numbered as (
    select
        articles.number,
        profiles.*,
        sum(profiles.weight * profiles.weight) over (
            partition by articles.number
            order by common.n desc, profiles.word asc
        ) as length_of_commoner
    from profiles
    inner join articles on profiles.article_id = articles.article_id
    inner join common on profiles.word = common.word
),

-- Two profiles of length one that share none but their commonest words, of which the length is at most the root of 0.1,
-- cannot reach 0.32. So only those are compared that share another one, a fraction of all pairs.
telling as (
    select *
    from numbered
    where length_of_commoner > 0.1
),

-- Joined on word and day, so that the cost grows with the articles of a few days, not with all of them.
nearby as (
    select
        number,
        word,
        unnest(range(published_on - 2, published_on + 3, interval 1 day))::date as on_day
    from telling
),

met as (
    select distinct
        one.number,
        other.number as other_number
    from telling as one
    inner join nearby as other on one.word = other.word and one.published_on = other.on_day
    where {{ in_scope('one.article_id') }}
),

alike as (
    select
        met.number,
        met.other_number,
        round(sum(one.weight * other.weight), 6) as likeness
    from met
    inner join numbered as one on met.number = one.number
    inner join numbered as other on met.other_number = other.number and one.word = other.word
    group by met.number, met.other_number
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
