{{ config(materialized='incremental', incremental_strategy='whole', unique_key='quote_id') }}
-- Which quotes are one utterance: the same words, the words slightly edited, or a part of a longer quote.
{%- set number -%}
    \d\w*|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen
    |seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?
    |billions?|trillions?|dozens?|half|twice|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth
    |(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october
    |november|december
{%- endset -%}
{#- "didn't" is normalised to "didn t". -#}
{%- set negation -%}
    \b(?:not?|never|none|nobody|nothing|nowhere|neither|nor|cannot|without|hardly|barely|[a-z]+n t)\b
{%- endset -%}
{%- set number = number | replace("\n", "") | replace(" ", "") %}

with texts as (
    select
        text_normalised as text,
        row_number() over (order by len(string_split(text_normalised, ' ')), text_normalised) as text_no,
        string_split(text_normalised, ' ') as words,
        regexp_extract_all(text_normalised, '\b(?:{{ number }})(?: (?:{{ number }}))*\b') as numbers,
        len(regexp_extract_all(text_normalised, '{{ negation }}')) as n_negations,
        -- Words with a capital that no full stop explains.
        string_split(
            lower(
                array_to_string(
                    regexp_extract_all(min(text), '(?:^|[\p{Ll},] )(\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)*)', 1), ' '
                )
            ),
            ' '
        ) as names,
        list_distinct(list(speaker_actor_id)) as speakers,
        bool_or(speaker_actor_id is null) as has_unresolved_speaker
    from {{ ref('int_quotes') }}
    -- A few words are said by many people independently: they are no utterance to be followed.
    where len(string_split(text_normalised, ' ')) >= 6
    group by text_normalised
),

shingled as (
    select
        *,
        len(words) as n_words,
        list_distinct(
            list_transform(range(1, len(words)), lambda i: hash(words[i], words[i + 1]))
        ) as word_pairs,
        list_distinct(
            list_transform(range(1, len(words) - 1), lambda i: hash(words[i], words[i + 1], words[i + 2]))
        ) as word_triples
    from texts
),

-- Three words in a row that stand in more texts than this are a phrase of the language. Leaving them out keeps the
-- number of pairs proportional to that of texts.
triples as (
    select
        text_no,
        unnest(word_triples) as triple
    from shingled
),

rare_triples as (
    select
        text_no,
        triple
    from triples
    qualify count(*) over (partition by triple) <= 20
),

-- Texts are numbered by length, so that the first of a pair is never the longer one.
candidates as (
    select
        a.text_no,
        b.text_no as longer_no
    from rare_triples as a
    inner join rare_triples as b on a.triple = b.triple and a.text_no < b.text_no
    group by a.text_no, b.text_no
    having count(*) >= 2
),

compared as (
    select
        candidates.text_no,
        candidates.longer_no,
        a.numbers as a_numbers,
        b.numbers as b_numbers,
        a.n_negations as a_negations,
        b.n_negations as b_negations,
        len(list_intersect(a.word_pairs, b.word_pairs)) as n_shared,
        len(a.word_pairs) + len(b.word_pairs) as n_both,
        list_filter(a.words, lambda w: not list_contains(b.words, w)) as a_only,  -- noqa: RF02
        list_filter(b.words, lambda w: not list_contains(a.words, w)) as b_only,  -- noqa: RF02
        a.names as a_names,
        b.names as b_names,
        -- What stands before and after the shorter text where it is a part of the longer one.
        case
            when contains(' ' || b.text || ' ', ' ' || a.text || ' ')
                then string_split(' ' || b.text || ' ', ' ' || a.text || ' ')
        end as around
    from candidates
    inner join shingled as a on candidates.text_no = a.text_no
    inner join shingled as b on candidates.longer_no = b.text_no
    where
        3 * a.n_words >= b.n_words
        -- "It is a matter of …" alone makes no two texts alike.
        and n_shared >= 6
        and (around is not null or 2 * n_shared >= n_both - n_shared)
        and (a.has_unresolved_speaker or b.has_unresolved_speaker or list_has_any(a.speakers, b.speakers))
),

-- An edited text shares half of all pairs of neighbouring words. It has the same numbers and as many negations, and
-- no name is put for another, nor a word for its opposite ("likely", "unlikely").
edited as (
    select
        text_no,
        longer_no
    from compared
    where
        2 * n_shared >= n_both - n_shared
        and a_numbers = b_numbers
        and a_negations = b_negations
        and not (list_has_any(a_only, a_names) and list_has_any(b_only, b_names))
        and not list_has_any(
            list_transform(a_only, lambda w: regexp_replace(w, '^(un|in|im|il|ir|dis|non)', '')),  -- noqa: RF02
            list_transform(b_only, lambda w: regexp_replace(w, '^(un|in|im|il|ir|dis|non)', ''))  -- noqa: RF02
        )
),

neighbours as (
    select
        text_no,
        longer_no as neighbour_no
    from edited
    union all
    select
        longer_no,
        text_no
    from edited
),

-- Edits of edits are one wording, named after the longest: a number goes on as long as it meets lower ones.
reached as (
    with recursive spread as (
        select
            text_no,
            text_no as wording_no
        from texts
        union
        select
            neighbours.neighbour_no,
            spread.wording_no
        from spread
        inner join neighbours on spread.text_no = neighbours.text_no
        where neighbours.neighbour_no < spread.wording_no
    )

    select
        text_no,
        max(wording_no) as wording_no
    from spread
    group by text_no
),

-- A part belongs to one whole, the nearest in length: two speeches with a sentence in common stay two.
parts as (
    select
        part.wording_no,
        min(whole.wording_no) as whole_no
    from compared
    inner join reached as part on compared.text_no = part.text_no
    inner join reached as whole on compared.longer_no = whole.text_no
    where
        part.wording_no < whole.wording_no
        and compared.around is not null
        and list_has_all(compared.b_numbers, compared.a_numbers)
        -- "It is not true that …" turns the part round, and so may what follows it at once.
        and not regexp_matches(compared.around[1], '{{ negation }}')
        and not regexp_matches(compared.around[2], '^(?:[^ ]+ ){0,3}{{ negation }}')
    group by part.wording_no
),

wholes as (
    with recursive climbed as (
        select
            wording_no,
            wording_no as whole_no
        from reached
        where text_no = wording_no
        union all
        select
            climbed.wording_no,
            parts.whole_no
        from climbed
        inner join parts on climbed.whole_no = parts.wording_no
    )

    select
        wording_no,
        max(whole_no) as whole_no
    from climbed
    group by wording_no
),

utterances as (
    select
        texts.text,
        md5(min(texts.text) over (partition by wholes.whole_no)) as utterance_id
    from texts
    inner join reached on texts.text_no = reached.text_no
    inner join wholes on reached.wording_no = wholes.wording_no
),

said as (
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
from said
window
    same_utterance as (partition by utterance_id),
    earliest_first as (
        partition by utterance_id
        order by published_at nulls last, article_id, start_char, quote_id
    )
