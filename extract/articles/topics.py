"""Topics: which articles are about what, decided on title and text before any parsing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from extract.articles.sources import read_yaml


class TopicConfig(BaseModel):
    """One entry of ``topics.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str
    description: str
    any: tuple[str, ...] = Field(min_length=1)
    context: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignore_case: bool = False
    min_mentions: int = Field(2, ge=1)
    source: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    topics: list[TopicConfig]


def terms_pattern(terms: tuple[str, ...], ignore_case: bool) -> re.Pattern[str] | None:
    """Whole-word alternation of literal terms, the longest first; None for no terms."""
    if not terms:
        return None
    ordered = sorted(terms, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)", re.IGNORECASE if ignore_case else 0)


@dataclass(frozen=True)
class Topic:
    """A compiled topic."""

    config: TopicConfig
    any: re.Pattern[str]
    context: re.Pattern[str] | None
    exclude: re.Pattern[str] | None

    @classmethod
    def of(cls, config: TopicConfig) -> Topic:
        pattern = terms_pattern(config.any, config.ignore_case)
        assert pattern is not None
        return cls(
            config,
            pattern,
            terms_pattern(config.context, config.ignore_case),
            terms_pattern(config.exclude, config.ignore_case),
        )

    def matches(self, title: str | None, text: str) -> bool:
        """True where a term stands in title or lead, or often enough in the whole.

        A context term (such as the name of a company that does other things too) counts only in an article
        that also holds a term of the topic itself.
        """
        lead = (title or "") + "\n" + text.split("\n\n", 1)[0]
        if self.exclude:
            lead, text = self.exclude.sub(" ", lead), self.exclude.sub(" ", text)
        if self.any.search(lead):
            return True
        mentions = len(self.any.findall(text))
        if mentions and self.context:
            mentions += len(self.context.findall(text))
        return mentions >= self.config.min_mentions


def read_topics(config: Path) -> list[Topic]:
    """Topics of ``config/topics.yml``; raises ConfigError."""
    return [Topic.of(t) for t in read_yaml(config / "topics.yml", _File).topics]


def match_topics(topics: list[Topic], title: str | None, text: str) -> list[str]:
    """Ids of the topics that an article is about, in the order of the configuration."""
    return [t.config.id for t in topics if t.matches(title, text)]
