{#- A change reaches ten days: four steps from leader to leader of two days each, and the two days from which it is
    known how well a leader is placed. -#}
{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='published_on',
    pre_hook="{{ scope('published_on', [
        'select published_on + step.days as key from changes.int_story_links,'
        ~ ' (select unnest(range(-10, 11))::integer as days) as step',
    ]) }}") }}
-- Which articles tell the same news: those that are most like the same one.
with links as (
    select *
    from {{ ref('int_story_links') }}
    where {{ near_scope('published_on', 10, 10) }}
),

-- The article most like all its neighbours leads them; four steps from leader to leader end at the story's.
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
        links.published_on,
        arg_max(links.linked_id, { 'likeness': density.likeness, 'id': links.linked_id }) as leader_id
    from links
    inner join density on links.linked_id = density.article_id
    group by links.article_id, links.published_on
)

select
    first_step.article_id,
    first_step.published_on,
    fourth.leader_id as story_id
from leaders as first_step
inner join leaders as second_step on first_step.leader_id = second_step.article_id
inner join leaders as third_step on second_step.leader_id = third_step.article_id
inner join leaders as fourth on third_step.leader_id = fourth.article_id
where {{ in_scope('first_step.published_on') }}
