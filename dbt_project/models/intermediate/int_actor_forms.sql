-- A pronoun that nothing names, and a document, stand for no actor.
select distinct
    form,
    label,
    role,
    affiliation,
    published_on,
    acts
from {{ ref('int_mention_forms') }}
where kind not in ('pronoun', 'document')
