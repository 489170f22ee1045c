{{ config(materialized='table', pre_hook="{{ scope('article_id', ['articles', 'int_articles']) }}") }}
-- Of all history it is read thrice rather than kept aside: kept, 14 million mentions were 3 GB on disk.
with mentions as {{ kept_when_daily() }} (
    select
        mentions.* exclude (staged_row),  -- noqa: RF02
        articles.published_on,
        articles.day_on
    from {{ scoped('stg_mentions') }} as mentions
    inner join {{ ref('int_articles') }} as articles
        on mentions.article_id = articles.article_id and mentions.revision = articles.revision
),

-- The few that others refer to.
referred as (
    select distinct
        article_id,
        antecedent_start as start_char,
        antecedent_end as end_char
    from mentions
    where antecedent_start is not null
),

antecedents as (
    select
        mentions.article_id,
        mentions.start_char,
        mentions.end_char,
        mentions.label,
        mentions.kind,
        mentions.role,
        mentions.owner,
        mentions.affiliation
    from mentions
    inner join referred
        on
            mentions.article_id = referred.article_id
            and mentions.start_char = referred.start_char
            and mentions.end_char = referred.end_char
),

-- Who speaks or acts: of a capital, it is the government that does. Who bombs a capital means the town.
acting as (
    select mention_id
    from {{ ref('int_speakers') }}
    where mention_id is not null and {{ in_scope('article_id') }}
    union
    select participants.mention_id
    from {{ scoped('stg_participants') }} as participants
    inner join {{ scoped('stg_events') }} as events on participants.event_mention_id = events.event_mention_id
    where
        participants.mention_id is not null
        and not (events.type = 'ASSAULT' and participants.role = 'recipient')
)

-- A pronoun, surname or role is resolved by what is known of the mention that names its bearer in full.
select
    mentions.mention_id,
    mentions.article_id,
    mentions.revision,
    mentions.start_char,
    mentions.end_char,
    mentions.text,
    mentions.link_method,
    mentions.name as form,
    -- How the actor is called here, where that is a name.
    case when mentions.label not in ('PRON', 'ROLE') or mentions.name = mentions.form then mentions.form end as alias,
    coalesce(antecedents.label, mentions.label) as label,
    coalesce(antecedents.kind, mentions.kind) as kind,
    coalesce(antecedents.role, mentions.role) as role,
    coalesce(antecedents.owner, antecedents.affiliation, mentions.owner, mentions.affiliation) as affiliation,
    mentions.published_on,
    mentions.day_on,
    acting.mention_id is not null as acts
from mentions
left join antecedents
    on
        mentions.article_id = antecedents.article_id
        and mentions.antecedent_start = antecedents.start_char
        and mentions.antecedent_end = antecedents.end_char
left join acting on mentions.mention_id = acting.mention_id
