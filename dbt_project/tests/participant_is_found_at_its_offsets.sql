select
    participants.event_mention_id,
    participants.text
from {{ to_check('event_mention_actors') }} as participants
inner join {{ scoped('articles', keys='select article_id from changes.event_mention_actors') }} as articles
    on participants.article_id = articles.article_id and participants.revision = articles.revision
where
    participants.text
    != substring(articles.text, participants.start_char + 1, participants.end_char - participants.start_char)
