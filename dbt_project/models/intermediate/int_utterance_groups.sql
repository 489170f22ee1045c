{#- Whatever a change concerns is tied to it by pairs. -#}
{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='text_hash',
    pre_hook="{{ scope('text_hash', [
        'int_utterance_texts',
        'int_utterance_pairs',
        'select longer_hash as key from changes.int_utterance_pairs',
    ], along=('int_utterance_pairs', 'text_hash', 'longer_hash')) }}") }}
-- Which texts give one utterance: edits of a text, edits of those, and the parts of one whole.
with texts as (
    select
        text_hash,
        text_key,
        text_normalised
    from {{ ref('int_utterance_texts') }}
    where {{ in_scope('text_hash') }}
),

pairs as (
    select
        pairs.*,
        shorter.text_key,
        longer.text_key as longer_key
    from {{ ref('int_utterance_pairs') }} as pairs
    inner join texts as shorter on pairs.text_hash = shorter.text_hash
    inner join texts as longer on pairs.longer_hash = longer.text_hash
    where {{ in_scope('pairs.text_hash') }}
),

neighbours as (
    select
        text_key,
        longer_key as neighbour_key
    from pairs
    where is_edit
    union all
    select
        longer_key,
        text_key
    from pairs
    where is_edit
),

-- Edits of edits are one wording, named after the longest: a key goes on as long as it meets lower ones.
reached as (
    with recursive spread as (
        select
            text_key,
            text_key as wording_key
        from texts
        union
        select
            neighbours.neighbour_key,
            spread.wording_key
        from spread
        inner join neighbours on spread.text_key = neighbours.text_key
        where neighbours.neighbour_key < spread.wording_key
    )

    select
        text_key,
        max(wording_key) as wording_key
    from spread
    group by text_key
),

-- A part belongs to one whole, the nearest in length: two speeches with a sentence in common stay two.
parts as (
    select
        part.wording_key,
        min(whole.wording_key) as whole_key
    from pairs
    inner join reached as part on pairs.text_key = part.text_key
    inner join reached as whole on pairs.longer_key = whole.text_key
    where pairs.is_part and part.wording_key < whole.wording_key
    group by part.wording_key
),

wholes as (
    with recursive climbed as (
        select
            wording_key,
            wording_key as whole_key
        from reached
        where text_key = wording_key
        union all
        select
            climbed.wording_key,
            parts.whole_key
        from climbed
        inner join parts on climbed.whole_key = parts.wording_key
    )

    select
        wording_key,
        max(whole_key) as whole_key
    from climbed
    group by wording_key
)

select
    texts.text_hash,
    md5(min(texts.text_normalised) over (partition by wholes.whole_key)) as utterance_id
from texts
inner join reached on texts.text_key = reached.text_key
inner join wholes on reached.wording_key = wholes.wording_key
