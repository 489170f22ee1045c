-- Which articles tell the same news: those of neighbouring days whose rarest words are largely the same.
with articles as (
    select
        articles.article_id,
        articles.published_on,
        lower(concat_ws(' ', texts.title, left(texts.text, 5000))) as opening
    from {{ ref('int_articles') }} as articles
    inner join {{ ref('stg_articles') }} as texts on articles.record_id = texts.record_id
    where articles.published_on is not null
),

words as (
    select
        article_id,
        unnest(regexp_extract_all(opening, '[\p{L}]{3,}')) as word
    from articles
),

counts as (
    select
        article_id,
        word,
        count(*) as n
    from words
    group by article_id, word
),

rarities as (
    select
        word,
        ln((select count(*) from articles) / count(*)) as rarity
    from counts
    group by word
    -- A word of one article links nothing, and one of a tenth of all articles says nothing.
    having count(*) between 2 and greatest(50, (select count(*) from articles) / 10)
),

-- tf-idf, of the heaviest words of each article alone.
weights as (
    select
        counts.article_id,
        counts.word,
        (1 + ln(counts.n)) * rarities.rarity as weight
    from counts
    inner join rarities on counts.word = rarities.word
    qualify row_number() over (
        partition by counts.article_id
        order by weight desc, counts.word asc
    ) <= 50
),

profiles as (
    select
        weights.article_id,
        weights.word,
        articles.published_on,
        weights.weight / sqrt(sum(weights.weight * weights.weight) over (partition by weights.article_id)) as weight
    from weights
    inner join articles on weights.article_id = articles.article_id
),

-- Joined on word and day, so that the cost grows with the articles of a few days, not with all of them.
nearby as (
    select
        article_id,
        word,
        weight,
        unnest(range(published_on - 2, published_on + 3, interval 1 day))::date as on_day
    from profiles
),

links as (
    select
        one.article_id,
        other.article_id as linked_id,
        sum(one.weight * other.weight) as likeness
    from profiles as one
    inner join nearby as other on one.word = other.word and one.published_on = other.on_day
    group by one.article_id, other.article_id
    having sum(one.weight * other.weight) >= 0.25
),

-- The article most like all its neighbours leads them; three steps from leader to leader end at the story's.
density as (
    select
        article_id,
        round(sum(likeness), 6) as likeness
    from links
    group by article_id
),

leaders as (
    select
        links.article_id,
        arg_max(links.linked_id, { 'likeness': density.likeness, 'id': links.linked_id }) as leader_id
    from links
    inner join density on links.linked_id = density.article_id
    group by links.article_id
)

select
    articles.article_id,
    coalesce(fourth.leader_id, articles.article_id) as story_id
from {{ ref('int_articles') }} as articles
left join leaders as first_step on articles.article_id = first_step.article_id
left join leaders as second_step on first_step.leader_id = second_step.article_id
left join leaders as third_step on second_step.leader_id = third_step.article_id
left join leaders as fourth on third_step.leader_id = fourth.article_id
