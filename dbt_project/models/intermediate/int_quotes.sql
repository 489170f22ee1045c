{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles', 'int_articles', 'int_mentions_resolved']) }}") }}
-- Of all history nothing is kept aside that is read again: at 50,000 articles that took more than 4 GB.
with quotes as {{ kept_when_daily() }} (
    select
        quotes.* exclude (staged_row),  -- noqa: RF02
        articles.outlet,
        articles.published_at,
        articles.published_on,
        articles.duplicate_group_id,
        articles.original_outlet,
        {{ normalised('quotes.text') }} as text_normalised
    from {{ scoped('stg_quotes') }} as quotes
    inner join {{ ref('int_articles') }} as articles
        on quotes.article_id = articles.article_id and quotes.revision = articles.revision
),

-- Filtered before they are joined: the others are no part of a day's build.
speakers as (
    select spoken_by.*
    from {{ ref('int_speakers') }} as spoken_by
    where {{ in_scope('spoken_by.article_id') }}
),

mentions as {{ kept_when_daily() }} (
    select
        mentions.mention_id,
        mentions.article_id,
        mentions.start_char,
        mentions.end_char,
        mentions.actor_id,
        mentions.resolution_method
    from {{ scoped('int_mentions_resolved') }} as mentions
),

spoken as (
    select
        quotes.*,
        -- The mention that names the speaker says more than the pronoun or role beside the quotation.
        coalesce(antecedents.actor_id, spoken_by.actor_id) as speaker_actor_id,
        case
            when antecedents.actor_id is not null then antecedents.resolution_method
            else spoken_by.resolution_method
        end as speaker_resolution_method
    from quotes
    left join speakers on quotes.quote_id = speakers.quote_id
    left join mentions as spoken_by on speakers.mention_id = spoken_by.mention_id
    left join mentions as antecedents
        on
            quotes.article_id = antecedents.article_id
            and quotes.antecedent_start = antecedents.start_char
            and quotes.antecedent_end = antecedents.end_char
),

nested as (
    select
        inner_quotes.quote_id,
        arg_min(
            outer_quotes.quote_id,
            { 'length': outer_quotes.end_char - outer_quotes.start_char, 'id': outer_quotes.quote_id }
        ) as parent_quote_id
    from quotes as inner_quotes
    inner join quotes as outer_quotes
        on
            inner_quotes.article_id = outer_quotes.article_id
            and inner_quotes.end_char - inner_quotes.start_char < outer_quotes.end_char - outer_quotes.start_char
            and len(
                list_filter(
                    outer_quotes.spans,
                    lambda span: span[1] <= inner_quotes.start_char and span[2] >= inner_quotes.end_char  -- noqa: RF02
                )
            ) > 0
    group by inner_quotes.quote_id
)

select
    spoken.*,
    -- A number is looked up faster than a text.
    hash(spoken.text_normalised) as text_hash,
    nested.parent_quote_id
from spoken
left join nested on spoken.quote_id = nested.quote_id
