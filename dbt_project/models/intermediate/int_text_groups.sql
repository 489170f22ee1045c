{#- Whatever a change concerns is tied to it by pairs. -#}
{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='text_id',
    pre_hook="{{ scope('text_id', ['int_texts', 'int_text_pairs'], along=('int_text_pairs', 'text_id', 'other_text_id')) }}") }}
-- Which text each text is a copy of. A text is an original where no earlier original shares its wording, so every copy
-- is like its original itself and no chain of ever less alike texts becomes one group.
{% set rounds = 6 %}
with texts as (
    select
        text_id,
        -- Earliest first; an agency's own text before all others.
        row(is_elsewhere, known_at, article_id) as place
    from {{ ref('int_texts') }}
    where ordinal = 1 and {{ in_scope('text_id') }}
),

pairs as (
    select
        pairs.text_id,
        pairs.other_text_id,
        pairs.share,
        pairs.other_share
    from {{ ref('int_text_pairs') }} as pairs
    inner join texts as later on pairs.text_id = later.text_id
    inner join texts as earlier on pairs.other_text_id = earlier.text_id
    where earlier.place < later.place
),

-- Of the texts still open, those that follow no other open text are originals, and those that follow one are settled.
open_0 as (
    select distinct text_id from pairs
),

originals_0 as (
    select texts.text_id from texts
    anti join open_0 on texts.text_id = open_0.text_id
)
{% for round in range(1, rounds + 1) %}
    {% set last = round - 1 %}
    ,

    open_{{ round }} as (
        select open_{{ last }}.text_id
        from open_{{ last }}
        anti join originals_{{ last }} on open_{{ last }}.text_id = originals_{{ last }}.text_id
        anti join (
            select pairs.text_id
            from pairs
            inner join originals_{{ last }} on pairs.other_text_id = originals_{{ last }}.text_id
        ) as copies_{{ round }} on open_{{ last }}.text_id = copies_{{ round }}.text_id
    ),

    originals_{{ round }} as (
        select open_{{ round }}.text_id
        from open_{{ round }}
        anti join (
            select pairs.text_id
            from pairs
            inner join open_{{ round }} on pairs.other_text_id = open_{{ round }}.text_id
        ) as waiting_{{ round }} on open_{{ round }}.text_id = waiting_{{ round }}.text_id
    )
{% endfor %},

-- What would take more rounds is left as original.
originals as (
    {% for round in range(rounds + 1) %}
        select text_id from originals_{{ round }}
        union
    {% endfor %}
    select text_id from open_{{ rounds }}
),

-- Of several originals the one that holds most of it, then the earliest.
copied as (
    select
        pairs.text_id,
        pairs.other_text_id as original_text_id,
        pairs.share,
        pairs.other_share
    from pairs
    inner join originals on pairs.other_text_id = originals.text_id
    anti join originals as themselves on pairs.text_id = themselves.text_id
    inner join texts on pairs.other_text_id = texts.text_id
    qualify
        row_number() over (
            partition by pairs.text_id
            order by greatest(pairs.share, pairs.other_share) desc, texts.place
        ) = 1
)

select
    texts.text_id,
    coalesce(copied.original_text_id, texts.text_id) as original_text_id,
    case
        when copied.text_id is null then 'original'
        when least(copied.share, copied.other_share) >= {{ var('copy_share') }} then 'near-copy'
        else 'partial'
    end as duplicate_role,
    coalesce(copied.share, 1.0) as share,
    coalesce(copied.other_share, 1.0) as original_share
from texts
left join copied on texts.text_id = copied.text_id
