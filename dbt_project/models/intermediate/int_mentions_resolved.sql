select
    mentions.*,
    resolved.actor_id,
    resolved.canonical_name,
    resolved.kind as actor_kind,
    resolved.country_iso3,
    resolved.sector,
    resolved.is_curated,
    resolved.method as resolution_method
from {{ ref('int_mention_forms') }} as mentions
left join {{ ref('int_resolved_forms') }} as resolved
    on
        mentions.form = resolved.form
        and mentions.label = resolved.label
        and mentions.role is not distinct from resolved.role
        and mentions.affiliation is not distinct from resolved.affiliation
        and mentions.published_on is not distinct from resolved.published_on
        and mentions.acts = resolved.acts
        and mentions.kind not in ('pronoun', 'document')
