with quotes as (
    select
        quotes.*,
        articles.outlet,
        articles.published_at,
        articles.published_on,
        articles.duplicate_group_id,
        articles.original_outlet,
        trim(regexp_replace(lower(nfc_normalize(quotes.text)), '[^\p{L}\p{N}]+', ' ', 'g')) as text_normalised
    from {{ ref('stg_quotes') }} as quotes
    inner join {{ ref('int_articles') }} as articles
        on quotes.article_id = articles.article_id and quotes.revision = articles.revision
),

spoken as (
    select
        quotes.*,
        -- The mention that names the speaker says more than the pronoun or role beside the quotation.
        coalesce(antecedents.actor_id, speakers.actor_id) as speaker_actor_id,
        case
            when antecedents.actor_id is not null then antecedents.resolution_method
            else speakers.resolution_method
        end as speaker_resolution_method
    from quotes
    left join {{ ref('int_speakers') }} as spoken_by on quotes.quote_id = spoken_by.quote_id
    left join {{ ref('int_mentions_resolved') }} as speakers on spoken_by.mention_id = speakers.mention_id
    left join {{ ref('int_mentions_resolved') }} as antecedents
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
    nested.parent_quote_id
from spoken
left join nested on spoken.quote_id = nested.quote_id
