{{ config(materialized='incremental', incremental_strategy='whole', unique_key='quote_id') }}
-- Which quotes are one utterance: the same words, the words slightly edited, or a part of a longer quote.
-- Which words may not differ, and which say too little to follow an utterance by, is in the seed utterance_words.
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
{%- set opposite = "'^(un|in|im|il|ir|dis|non)'" %}

with said as (
    select
        text_normalised,
        min(text) as text,
        bool_and(coalesce(type = 'mixed', false)) as is_mixed,
        list_distinct(list(speaker_actor_id)) as speakers,
        -- The official of one outlet may be named by another.
        bool_or(speaker_actor_id is null or coalesce(speaker_kind = 'unnamed', false)) as has_open_speaker
    from {{ ref('int_quotes') }}
    -- A few words are said by many people independently: they are no utterance to be followed.
    where len(string_split(text_normalised, ' ')) >= 6
    group by text_normalised
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
        list(value order by position) filter (where not is_core) as words,
        coalesce(list(value order by position) filter (where is_number and not is_core), []) as numbers,
        count(*) filter (where class = 'negation' and not is_core) as n_negations,
        coalesce(list_distinct(list(word) filter (where class = 'contrast' and not is_core)), []) as contrasts,
        -- Names alone, or common words alone, are no utterance.
        count(distinct word) filter (
            where is_core and class is null and not is_number and not list_contains(names, word)
        )
        + max((is_core and list_contains(names, word))::integer) as n_telling
    from known
    group by text_key
),

shingled as (
    select
        texts.* exclude (words),  -- noqa: RF02
        features.words,
        features.numbers,
        features.n_negations,
        features.contrasts,
        list_distinct(
            list_transform(
                range(1, len(features.words)),
                lambda i: hash(features.words[i], features.words[i + 1])  -- noqa: RF02
            )
        ) as word_pairs,
        list_distinct(
            list_transform(
                range(1, len(features.words) - 1),
                lambda i: hash(features.words[i], features.words[i + 1], features.words[i + 2])  -- noqa: RF02
            )
        ) as word_triples
    from texts
    inner join features on texts.text_key = features.text_key
    where features.n_telling >= 3 or len(texts.core_words) >= 12
),

-- Three words in a row that stand in more texts than this are a phrase of the language. Leaving them out keeps the
-- number of pairs proportional to that of texts.
triples as (
    select
        text_key,
        unnest(word_triples) as triple
    from shingled
),

rare_triples as (
    select
        text_key,
        triple
    from triples
    qualify count(*) over (partition by triple) <= 20
),

candidates as (
    select
        a.text_key,
        b.text_key as longer_key
    from rare_triples as a
    inner join rare_triples as b on a.triple = b.triple and a.text_key < b.text_key
    group by a.text_key, b.text_key
    having count(*) >= 2
),

paired as (
    select
        a.text_key,
        b.text_key as longer_key,
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
        b.sentences as b_sentences,
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
    inner join shingled as a on candidates.text_key = a.text_key
    inner join shingled as b on candidates.longer_key = b.text_key
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
        text_key,
        longer_key
    from compared
    where
        2 * n_shared >= n_both - n_shared
        and numbers = b_numbers
        and n_negations = b_negations
        and not is_swapped
),

neighbours as (
    select
        text_key,
        longer_key as neighbour_key
    from edited
    union all
    select
        longer_key,
        text_key
    from edited
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
        'sentenceend ' || b_sentences || ' sentenceend' as whole,
        '^(.*? )' || replace(core, ' ', '(?: sentenceend)? ') || '( .*)$' as split_by_core,
        string_split(regexp_extract(whole, split_by_core, 1), 'sentenceend') as sentences_before,
        string_split(regexp_extract(whole, split_by_core, 2), 'sentenceend') as sentences_after,
        string_split(trim(sentences_before[-1]), ' ') as before,
        string_split(trim(sentences_after[1]), ' ') as after
    from compared
    where
        is_within
        -- A long quote holds a sentence of a known speaker.
        and (3 * n_core >= b_core or (is_same_speaker and n_core >= 8))
),

whole_of as (
    select
        surrounded.text_key,
        surrounded.longer_key
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
                regexp_matches(surrounded.after[1], '^\d') or list_contains(word_lists.numbers, surrounded.after[1])
            )
        )
        and not (
            regexp_matches(surrounded.core_words[1], '^\d') and regexp_matches(surrounded.before[-1], '^\d')
        )
    union all
    -- A part that was edited as well.
    select
        text_key,
        longer_key
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
),

-- A part belongs to one whole, the nearest in length: two speeches with a sentence in common stay two.
parts as (
    select
        part.wording_key,
        min(whole.wording_key) as whole_key
    from whole_of
    inner join reached as part on whole_of.text_key = part.text_key
    inner join reached as whole on whole_of.longer_key = whole.text_key
    where part.wording_key < whole.wording_key
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
),

utterances as (
    select
        texts.text_normalised as text,
        md5(min(texts.text_normalised) over (partition by wholes.whole_key)) as utterance_id
    from shingled as texts
    inner join reached on texts.text_key = reached.text_key
    inner join wholes on reached.wording_key = wholes.wording_key
),

grouped as (
    select
        quotes.quote_id,
        quotes.article_id,
        quotes.outlet,
        quotes.original_outlet,
        quotes.published_at,
        quotes.start_char,
        coalesce(utterances.utterance_id, quotes.quote_id) as utterance_id
    from {{ ref('int_quotes') }} as quotes
    left join utterances on quotes.text_normalised = utterances.text
)

select
    quote_id,
    utterance_id,
    count(distinct article_id) over same_utterance as utterance_n_articles,
    count(distinct outlet) over same_utterance as utterance_n_outlets,
    count(distinct original_outlet) over same_utterance as utterance_n_independent_sources,
    min(published_at) over same_utterance as utterance_first_published_at,
    case
        when min(published_at) over same_utterance is not null then first_value(outlet) over earliest_first
    end as utterance_first_outlet,
    published_at is not null and row_number() over earliest_first = 1 as is_first
from grouped
window
    same_utterance as (partition by utterance_id),
    earliest_first as (
        partition by utterance_id
        order by published_at nulls last, article_id, start_char, quote_id
    )
