{#- A text counts for what is boilerplate on the days after it, and so for the pairs of those days; it is a pair with
    texts of either side. -#}
{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='day_on',
    pre_hook="{{ scope('day_on', [
        'select day_on + step.days as key from changes.int_texts,'
        ~ ' (select unnest(range(-' ~ var('copy_days') ~ ', 2 * ' ~ var('copy_days') ~ ' + 1))::integer as days) as step'
        ~ ' where ordinal = 1',
    ]) }}") }}
-- Texts that share much of their wording, by the fingerprints that both have (extract/articles/copies.py).
with texts as (
    select
        text_id,
        outlet,
        day_on,
        -- A number, so that a window can range over it.
        day_on - date '1970-01-01' as day_number,
        fingerprints
    from {{ ref('int_texts') }}
    where
        ordinal = 1 and len(fingerprints) >= {{ var('copy_fingerprints') }}
        and {{ near_scope('day_on', 2 * var('copy_days'), var('copy_days')) }}
),

prints as (
    select
        text_id,
        outlet,
        day_number,
        unnest(fingerprints) as print
    from texts
),

repeated as (
    select print
    from prints
    group by print
    having count(*) > 1
),

-- What an outlet or everybody repeats (footers, disclaimers, background paragraphs) says nothing of copying. Only days
-- before count, so that what is found of a day does not depend on the days after it.
counted as (
    select
        prints.text_id,
        prints.day_number,
        prints.print,
        count(*) over (
            partition by prints.print, prints.outlet
            order by prints.day_number range between {{ var('copy_days') }} preceding and current row
        ) > {{ var('boilerplate_texts_of_outlet') }}
        or count(*) over (
            partition by prints.print
            order by prints.day_number range between {{ var('copy_days') }} preceding and current row
        ) > {{ var('boilerplate_texts') }} as is_boilerplate
    from prints
    semi join repeated on prints.print = repeated.print
),

own as (
    select
        texts.text_id,
        texts.day_on,
        len(texts.fingerprints) - count(counted.text_id) as n_fingerprints
    from texts
    left join counted on texts.text_id = counted.text_id and counted.is_boilerplate
    group by texts.text_id, texts.day_on, len(texts.fingerprints)
),

shared as (
    select
        one.text_id,
        other.text_id as other_text_id,
        count(*) as n_shared
    from counted as one
    inner join counted as other
        on
            one.print = other.print
            and one.text_id < other.text_id
            and abs(other.day_number - one.day_number) <= {{ var('copy_days') }}
    where not one.is_boilerplate and not other.is_boilerplate
    group by one.text_id, other.text_id
    having count(*) >= {{ var('copy_fingerprints') }}
),

measured as (
    select
        shared.text_id,
        shared.other_text_id,
        one.day_on,
        other.day_on as other_day_on,
        shared.n_shared / one.n_fingerprints as share,
        shared.n_shared / other.n_fingerprints as other_share
    from shared
    inner join own as one on shared.text_id = one.text_id
    inner join own as other on shared.other_text_id = other.text_id
    where shared.n_shared / least(one.n_fingerprints, other.n_fingerprints) >= {{ var('copy_share') }}
)

-- Each pair from both sides.
select
    text_id,
    day_on,
    other_text_id,
    share,
    other_share
from measured
where {{ in_scope('day_on') }}
union all
select
    other_text_id as text_id,
    other_day_on as day_on,
    text_id as other_text_id,
    other_share as share,
    share as other_share
from measured
where {{ in_scope('other_day_on') }}
