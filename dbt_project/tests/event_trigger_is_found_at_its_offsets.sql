select
    mentions.event_mention_id,
    mentions.trigger_text,
    mentions.sentence
from {{ to_check('event_mentions') }} as mentions
inner join {{ scoped('articles', keys='select article_id from changes.event_mentions') }} as articles
    on mentions.article_id = articles.article_id and mentions.revision = articles.revision
where
    mentions.trigger_text
    != substring(articles.text, mentions.trigger_start + 1, mentions.trigger_end - mentions.trigger_start)
    or not contains(mentions.sentence, mentions.trigger_text)
