{{ config(materialized='incremental', incremental_strategy='scoped', unique_key='article_id',
    pre_hook="{{ scope('article_id', ['articles', 'int_articles']) }}",
    post_hook="delete from {{ ref('int_mention_forms') }}") }}
with mentions as (
    select
        forms.*,
        -- A pronoun that nothing names, and a document, stand for no actor. Said here and not in the join: a condition
        -- on one side alone makes DuckDB compare every mention with every form.
        case when forms.kind not in ('pronoun', 'document') then forms.form end as resolvable_form,
        forms.published_on is not null as is_dated,
        coalesce(forms.published_on, date '0001-01-01') as asked_on
    from {{ ref('int_mention_forms') }} as forms
)

-- Narrow: of mentions there are more than of anything else.
select
    mentions.mention_id,
    mentions.article_id,
    mentions.start_char,
    mentions.end_char,
    mentions.alias,
    mentions.role,
    mentions.published_on,
    mentions.day_on,
    resolved.actor_id,
    resolved.canonical_name,
    resolved.kind as actor_kind,
    resolved.country_iso3,
    resolved.sector,
    resolved.is_curated,
    resolved.method as resolution_method
from mentions
left join {{ ref('int_resolved_forms') }} as resolved
    on
        mentions.resolvable_form = resolved.form
        and mentions.label = resolved.label
        and mentions.role is not distinct from resolved.role
        and mentions.affiliation is not distinct from resolved.affiliation
        and mentions.acts = resolved.acts
        and mentions.is_dated = resolved.is_dated
        and mentions.asked_on between resolved.valid_from and resolved.valid_to
