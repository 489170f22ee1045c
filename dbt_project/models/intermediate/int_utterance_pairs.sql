{{ config(materialized='incremental', incremental_strategy='scoped', unique_key=['text_hash', 'longer_hash'],
    pre_hook="{{ scope('text_hash', ['int_utterance_texts', texts_of_phrases_become_common()]) }}") }}
-- Which two texts are one utterance: the words slightly edited, or a part of the longer one.
{%- set either = 'select met.one_hash from met union all select met.other_hash from met' -%}
{%- set opposite = "'^(un|in|im|il|ir|dis|non)'" %}

with own as (
    select
        text_hash,
        phrase
    from {{ ref('int_utterance_phrases') }}
    where {{ in_scope('text_hash') }}
),

shared as (
    select
        phrases.text_hash,
        phrases.phrase
    from {{ ref('int_utterance_phrases') }} as phrases
    {% if is_daily() %}where phrases.phrase in (select own.phrase from own){% endif %}
),

-- What stands in more texts than this is a phrase of the language. Leaving these out keeps the number of pairs
-- proportional to that of texts.
telling as (
    select phrase
    from shared
    group by phrase
    having count(*) between 2 and {{ var('common_phrase') }}
),

met as (
    select
        own.text_hash as one_hash,
        shared.text_hash as other_hash
    from own
    inner join telling on own.phrase = telling.phrase
    inner join shared on own.phrase = shared.phrase
    -- Each pair once.
    where
        own.text_hash < shared.text_hash
        or (own.text_hash > shared.text_hash and not {{ in_scope('shared.text_hash') }})
    group by own.text_hash, shared.text_hash
    having count(*) >= 2
),

texts as (
    select
        texts.*,
        string_split(texts.core, ' ') as core_words,
        list_distinct(
            list_transform(
                range(1, len(texts.words)),
                lambda i: hash(texts.words[i], texts.words[i + 1])  -- noqa: RF02, RF03
            )
        ) as word_pairs,
        -- Number of words up to the end of each sentence.
        string_split(' ' || texts.sentences, ' sentenceend') as sentences_apart,
        list_transform(
            range(1, len(sentences_apart)),
            lambda i: len(string_split(array_to_string(sentences_apart[:i], ''), ' ')) - 1  -- noqa: RF02
        ) as sentence_ends
    from {{ scoped('int_utterance_texts', 'text_hash', keys=either, has_article=false) }} as texts
    where texts.text_hash in ({{ either }})
),

-- The first of a pair is never the longer one.
candidates as (
    select
        case when one.text_key < other.text_key then one.text_hash else other.text_hash end as text_hash,
        case when one.text_key < other.text_key then other.text_hash else one.text_hash end as longer_hash
    from met
    inner join texts as one on met.one_hash = one.text_hash
    inner join texts as other on met.other_hash = other.text_hash
),

paired as (
    select
        candidates.text_hash,
        candidates.longer_hash,
        a.text_normalised,
        a.core,
        a.core_words,
        a.numbers,
        a.n_negations,
        a.contrasts,
        a.names,
        a.in_marks,
        b.numbers as b_numbers,
        b.n_negations as b_negations,
        b.contrasts as b_contrasts,
        b.names as b_names,
        b.in_marks as b_in_marks,
        b.text_normalised as b_text,
        b.sentence_ends as b_sentence_ends,
        len(list_intersect(a.word_pairs, b.word_pairs)) as n_shared,
        len(a.word_pairs) as n_pairs,
        len(a.word_pairs) + len(b.word_pairs) as n_both,
        len(a.core_words) as n_core,
        len(b.core_words) as b_core,
        contains(' ' || b.text_normalised || ' ', ' ' || a.core || ' ') as is_within,
        list_filter(a.words, lambda w: not list_contains(b.words, w)) as a_only,  -- noqa: RF02
        list_filter(b.words, lambda w: not list_contains(a.words, w)) as b_only,  -- noqa: RF02
        list_has_any(a.speakers, b.speakers) as is_same_speaker,
        a.has_open_speaker or b.has_open_speaker as is_open
    from candidates
    inner join texts as a on candidates.text_hash = a.text_hash
    inner join texts as b on candidates.longer_hash = b.text_hash
),

compared as (
    select
        *,
        3 * n_shared >= 2 * (n_both - n_shared) as is_near,
        -- A name, a word in marks or a word of contrast is put for another, or one for its opposite ("likely",
        -- "unlikely").
        (list_has_any(a_only, names) and list_has_any(b_only, b_names))
        or (list_has_any(a_only, string_split(in_marks, ' ')) and list_has_any(b_only, string_split(b_in_marks, ' ')))
        or (list_has_any(a_only, contrasts) and list_has_any(b_only, b_contrasts))
        or list_has_any(
            list_transform(a_only, lambda w: regexp_replace(w, {{ opposite }}, '')),  -- noqa: RF02
            list_transform(b_only, lambda w: regexp_replace(w, {{ opposite }}, ''))  -- noqa: RF02
        ) as is_swapped
    from paired
    where
        -- "It is a matter of …" alone makes no two texts alike.
        n_shared >= 6
        -- What is long and the same was said once, whoever is taken for the speaker.
        and (is_same_speaker or is_open or (n_shared >= 12 and (is_within or is_near)))
),

-- An edited text shares half of all pairs of neighbouring words, and has the same numbers and as many negations.
edited as (
    select
        text_hash,
        longer_hash
    from compared
    where
        2 * n_shared >= n_both - n_shared
        and numbers = b_numbers
        and n_negations = b_negations
        and not is_swapped
),

word_lists as (
    select
        list(word) filter (where class = 'negation') as negations,
        list(word) filter (where class = 'number') as numbers
    from {{ ref('utterance_words') }}
),

-- The words around a core that stands as it is in another text: those of its sentence, and those that introduce it.
surrounded as (
    select
        *,
        string_split(split_part(text_normalised, core, 1), ' ') as introduction,
        string_split(b_text, ' ') as b_words,
        left(b_text, strpos(' ' || b_text || ' ', ' ' || core || ' ') - 1) as ahead,
        length(ahead) - length(replace(ahead, ' ', '')) as n_ahead,
        coalesce(list_max(list_filter(b_sentence_ends, lambda e: e <= n_ahead)), 0) as sentence_start,  -- noqa: RF02
        list_min(list_filter(b_sentence_ends, lambda e: e >= n_ahead + n_core)) as sentence_end,  -- noqa: RF02
        b_words[sentence_start + 1:n_ahead] as before,
        b_words[n_ahead + n_core + 1:coalesce(sentence_end, len(b_words))] as after
    from compared
    where
        is_within
        -- A long quote holds a sentence of a known speaker.
        and (3 * n_core >= b_core or (is_same_speaker and n_core >= 8))
),

whole_of as (
    select
        surrounded.text_hash,
        surrounded.longer_hash
    from surrounded, word_lists
    where
        -- "It is not true that …" turns the part round, and so may what follows it at once.
        not list_has_any(surrounded.before, word_lists.negations)
        and not list_has_any(surrounded.introduction, word_lists.negations)
        and not list_has_any(surrounded.after[:3], word_lists.negations)
        -- Nor is "killed 20" a part of "killed 20,000".
        and not (
            regexp_matches(surrounded.core_words[-1], '^\d')
            and (
                coalesce(regexp_matches(surrounded.after[1], '^\d'), false)
                or list_contains(word_lists.numbers, surrounded.after[1])
            )
        )
        and not (
            regexp_matches(surrounded.core_words[1], '^\d')
            and coalesce(regexp_matches(surrounded.before[-1], '^\d'), false)
        )
    union all
    -- A part that was edited as well.
    select
        text_hash,
        longer_hash
    from compared
    where
        not is_within
        and n_shared >= 10
        and 6 * n_shared >= 5 * n_pairs
        and 3 * n_core >= b_core
        and n_negations = b_negations
        and list_has_all(b_numbers, numbers)
        and not list_has_any(a_only, names)
        and not list_has_any(a_only, contrasts)
        and not is_swapped
)

select
    text_hash,
    longer_hash,
    bool_or(is_edit) as is_edit,
    bool_or(not is_edit) as is_part
from (
    select
        *,
        true as is_edit
    from edited
    union all
    select
        *,
        false as is_edit
    from whole_of
) as found
group by text_hash, longer_hash
