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
    from {{ ref('int_quotes') }}
    -- A few words are said by many people independently: they are no utterance to be followed.
    where len(string_split(text_normalised, ' ')) >= 6 and {{ in_scope('text_hash') }}
    group by text_hash, text_normalised
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

tokens as (
    select
        text_key,
        names,
        false as is_core,
        unnest(words) as word,
        generate_subscripts(words, 1) as position
    from texts
    union all
    select
        text_key,
        names,
        true as is_core,
        unnest(core_words) as word,
        generate_subscripts(core_words, 1) as position
    from texts
),

known as (
    select
        tokens.*,
        utterance_words.class,
        coalesce(utterance_words.class = 'number', false) or regexp_matches(tokens.word, '^\d') as is_number,
        coalesce(nullif(utterance_words.value, ''), tokens.word) as value
    from tokens
    left join {{ ref('utterance_words') }} as utterance_words on tokens.word = utterance_words.word
),

features as (
    select
        text_key,
        {{ sorted_list('value', ['position'], 'not is_core') }} as words,
        coalesce({{ sorted_list('value', ['position'], 'is_number and not is_core') }}, []) as numbers,
        count(*) filter (where class = 'negation' and not is_core) as n_negations,
        coalesce(list_sort(list_distinct(list(word) filter (where class = 'contrast' and not is_core))), [])
            as contrasts,
        -- Names alone, or common words alone, are no utterance.
        count(distinct word) filter (
            where is_core and class is null and not is_number and not list_contains(names, word)
        )
        + max((is_core and list_contains(names, word))::integer) as n_telling
    from known
    group by text_key
)

select
    texts.text_hash,
    texts.text_key,
    texts.text_normalised,
    texts.core,
    texts.names,
    texts.in_marks,
    texts.sentences,
    texts.speakers,
    texts.has_open_speaker,
    features.words,
    features.numbers,
    features.n_negations,
    features.contrasts
from texts
inner join features on texts.text_key = features.text_key
where features.n_telling >= 3 or len(texts.core_words) >= 12
