-- text[start:end] of each piece, joined by a space, is the quotation.
with pieces as (
    select
        quotes.quote_id,
        quotes.text,
        list_transform(
            quotes.spans,
            lambda span: substring(articles.text, span[1] + 1, span[2] - span[1])  -- noqa: RF02
        ) as pieces,
        quotes.spans[1][1] = quotes.start_char and quotes.spans[-1][2] = quotes.end_char as fits_offsets
    from {{ to_check('quotes') }} as quotes
    inner join {{ scoped('articles', keys='select article_id from changes.quotes') }} as articles
        on quotes.article_id = articles.article_id and quotes.revision = articles.revision
)

select *
from pieces
where text != array_to_string(pieces, ' ') or not fits_offsets
