{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='text_hash',
    pre_hook="{{ scope('text_hash', [
        changed('int_quotes', 'text_hash', ['text', 'type', 'speaker_actor_id', 'speaker_kind']),
    ]) }}") }}
-- What is compared of a quotation's words. Which words may not differ, and which say too little to follow an utterance
-- by, is in the seed utterance_words.
{%- set stretches -%} regexp_extract_all(text, '["“”„«]([^"“”„«»]+)["“”»]', 1) {%- endset %}
{%- set all_stretches -%} array_to_string({{ stretches }}, ' ') {%- endset %}
{%- set longest_stretch -%}
    list_reverse_sort(list_transform({{ stretches }}, lambda s: printf('%05d', length(s)) || s))[1][6:]
{%- endset %}
{#- Words with a capital that no full stop explains. -#}
{%- set capitals -%}
    array_to_string(regexp_extract_all(text, '(?:^|[\p{Ll},] )(\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)*)', 1), ' ')
{%- endset %}
{%- set starts_with_digit -%} (w >= '0' and w < ':') {%- endset %}
{%- set ends_in_words -%} regexp_replace(text, '[.!?;:]+["”’'')]*(\s|$)', ' sentenceend ', 'g') {%- endset %}

with said as (
    select
        text_hash,
        text_normalised,
        min(text) as text,
        bool_and(coalesce(type = 'mixed', false)) as is_mixed,
        list_sort(list_distinct(list(speaker_actor_id))) as speakers,
        -- The official of one outlet may be named by another.
        bool_or(speaker_actor_id is null or coalesce(speaker_kind = 'unnamed', false)) as has_open_speaker
    from {{ scoped('int_quotes', 'text_hash') }}
    group by text_hash, text_normalised
    -- A few words are said by many people independently: they are no utterance to be followed. Asked of groups, since a
    -- day's build would ask it of all rows.
    having max(len(string_split(text_normalised, ' '))) >= 6
),

quoted as (
    select
        *,
        -- "12,500" is one number.
        string_split(regexp_replace(text_normalised, '(\d) (\d{3})\b', '\1\2', 'g'), ' ') as words,
        case when is_mixed then {{ normalised(all_stretches) }} else '' end as in_marks,
        case when is_mixed then {{ normalised(longest_stretch) }} end as stretch,
        string_split({{ normalised(capitals) }}, ' ') as names,
        {{ normalised(ends_in_words) }} as sentences
    from said
),

-- What a text says word for word is its core: of a sentence with six words or more in marks, the longest such stretch,
-- else all but a "that" before it. The key puts texts in the order of its length, so that the first of a pair is never
-- the longer one.
texts as (
    select
        *,
        regexp_replace(
            case when len(string_split(stretch, ' ')) >= 6 then stretch else text_normalised end, '^that ', ''
        ) as core,
        string_split(core, ' ') as core_words,
        printf('%05d', len(core_words)) || md5(text_normalised) as text_key
    from quoted
),

classes as (
    select
        list(word) as words,
        list(word) filter (where class = 'negation') as negations,
        list(word) filter (where class = 'contrast') as contrasts,
        list(word) filter (where class = 'number') as numbers,
        map(list(word) filter (where value != ''), list(value) filter (where value != '')) as numerals
    from {{ ref('utterance_words') }}
),

-- By functions of lists: of words in rows of their own all are held until the last is read.
features as (
    select
        texts.* exclude (words, seed),
        list_transform(texts.words, lambda w: coalesce(texts.seed.numerals[w], w)) as words,  -- noqa: RF02
        list_transform(
            list_filter(
                texts.words,
                lambda w: {{ starts_with_digit }} or list_contains(texts.seed.numbers, w)  -- noqa: RF02
            ),
            lambda w: coalesce(texts.seed.numerals[w], w)  -- noqa: RF02
        ) as numbers,
        len(list_filter(texts.words, lambda w: list_contains(texts.seed.negations, w))) as n_negations,  -- noqa: RF02
        list_sort(list_distinct(
            list_filter(texts.words, lambda w: list_contains(texts.seed.contrasts, w))  -- noqa: RF02
        )) as contrasts,
        -- Names alone, or common words alone, are no utterance.
        len(list_distinct(list_filter(
            texts.core_words,
            lambda w: not {{ starts_with_digit }} and not list_contains(texts.names, w)  -- noqa: RF02
            and not list_contains(texts.seed.words, w)  -- noqa: RF02
        ))) + list_has_any(texts.core_words, texts.names)::integer as n_telling
    from (
        select
            *,
            (select classes from classes) as seed
        from texts
    ) as texts
)

select
    text_hash,
    text_key,
    text_normalised,
    core,
    names,
    in_marks,
    sentences,
    speakers,
    has_open_speaker,
    words,
    numbers,
    n_negations,
    contrasts
from features
where n_telling >= 3 or len(core_words) >= 12
