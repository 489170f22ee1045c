{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='quote_id',
    pre_hook="{{ scope('quote_id', ['int_quotes', 'int_utterances']) }}") }}
select
    quotes.quote_id,
    quotes.article_id,
    quotes.revision,
    quotes.published_on,
    quotes.outlet,
    quotes.text,
    quotes.text_normalised,
    quotes.type,
    quotes.start_char,
    quotes.end_char,
    quotes.spans,
    substring(articles.text, quotes.sentence_start + 1, quotes.sentence_end - quotes.sentence_start) as sentence,
    quotes.sentence_start,
    quotes.sentence_end,
    substring(
        articles.text,
        greatest(quotes.start_char - 120, 0) + 1,
        quotes.start_char - greatest(quotes.start_char - 120, 0)
    ) as left_context,
    substring(articles.text, quotes.end_char + 1, 120) as right_context,
    quotes.speaker_actor_id,
    quotes.speaker_resolution_method,
    quotes.speaker_text,
    quotes.speaker_start,
    quotes.speaker_end,
    quotes.speaker_name,
    quotes.speaker_kind,
    quotes.speaker_role,
    quotes.speaker_affiliation,
    quotes.attribution_method,
    quotes.cue_text,
    quotes.cue_start,
    quotes.cue_end,
    quotes.cue_lemma,
    quotes.cue_class,
    quotes.addressee_text,
    quotes.addressee_start,
    quotes.addressee_end,
    quotes.channel,
    quotes.confidence,
    quotes.parent_quote_id,
    utterances.utterance_id,
    utterances.utterance_n_articles,
    utterances.utterance_n_outlets,
    utterances.utterance_n_independent_sources,
    utterances.utterance_first_published_at,
    utterances.utterance_first_outlet,
    utterances.is_first,
    quotes.extractor_version
from {{ scoped('int_quotes', 'quote_id') }} as quotes
inner join {{ ref('int_utterances') }} as utterances on quotes.quote_id = utterances.quote_id
inner join {{ ref('int_articles') }} as latest on quotes.article_id = latest.article_id
inner join {{ scoped(
    'stg_articles',
    keys='select article_id from ' ~ ref('int_quotes') ~ ' where ' ~ in_scope('quote_id')
) }} as articles on latest.record_id = articles.record_id
