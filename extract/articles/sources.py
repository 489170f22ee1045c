"""The sources to read: ``config/sources.yml`` and the lists it includes, checked on reading."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from extract import records

Model = TypeVar("Model", bound=BaseModel)
WEB = re.compile(r"https?://", re.IGNORECASE)


class ConfigError(ValueError):
    """A configuration file does not say what it must; the message names file, line and field."""


class SourceConfig(BaseModel):
    """One entry of ``sources.yml``; what each field means stands at the top of that file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str
    kind: Literal["folder", "feed", "sitemap", "pages", "articles", "warc"]
    path: tuple[str, ...] = Field(min_length=1)
    fetch: Literal["page", "entry"] | None = None
    domain: str | None = None
    country: str | None = Field(None, pattern=r"^[A-Z]{3}$")
    state_affiliation: Literal["none", "state-owned", "state-funded", "unknown"] = "unknown"
    language: str | None = Field(None, pattern=r"^[a-z]{2}$")
    topics: tuple[str, ...] = ()
    license: str | None = None
    verified: str | None = None
    enabled: bool = True
    allow_private_addresses: bool = False
    delay_s: float | None = Field(None, ge=0)
    max_pages: int = Field(default=500, ge=0)
    refetch_days: int = Field(default=2, ge=0)
    late_days: int = Field(default=2, ge=0)

    @field_validator("path", mode="before")
    @classmethod
    def one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("path")
    @classmethod
    def knows_its_day(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        for path in paths:
            try:
                path.format(date=date(2022, 10, 17))
            except (LookupError, ValueError, AttributeError) as error:
                raise ValueError(f"only {{date}}, such as {{date:%Y%m%d}}, may stand in braces: {path!r}") from error
        return paths

    @model_validator(mode="after")
    def fits_its_kind(self) -> SourceConfig:
        on_web = [p for p in self.path if WEB.match(p)]
        if self.kind in ("folder", "warc") and on_web:
            raise ValueError(f"path: a {self.kind} is no web address: {on_web[0]}")
        if self.kind == "pages" and len(on_web) < len(self.path):
            raise ValueError("path: pages are web addresses (https://...)")
        if self.fetch is not None and self.kind != "feed":
            raise ValueError("fetch: only a feed has entries to choose instead of pages")
        return self

    @property
    def takes_entries(self) -> bool:
        """The text is what the feed itself gives; by default where the feed is a local file."""
        return self.kind == "feed" and (self.fetch or ("page" if WEB.match(self.path[0]) else "entry")) == "entry"

    @property
    def uses_web(self) -> bool:
        """Reading it asks other hosts."""
        is_list = self.kind in ("feed", "sitemap", "pages", "articles")
        return is_list and (not self.takes_entries or any(WEB.match(p) for p in self.path))

    def paths(self, day: date) -> list[str]:
        """Paths and addresses for a day."""
        return [p.format(date=day) for p in self.path]

    def record(self) -> records.Source:
        return records.Source(
            source_id=self.id,
            name=self.name,
            kind=self.kind,
            path=" ".join(self.path),
            domain=self.domain,
            country_iso3=self.country,
            state_affiliation=self.state_affiliation,
            language=self.language,
            license=self.license,
        )


class Fetching(BaseModel):
    """How the web is asked: pace and limits of every request, ``fetching`` in ``sources.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    concurrency: int = Field(default=16, ge=1, description="requests under way at once in a task, each to another host")
    delay_s: float = Field(
        default=1.0, ge=0, description="pause between two requests to a host; Crawl-delay may lengthen it"
    )
    connect_s: float = Field(default=10, gt=0, description="longest wait for a connection")
    request_s: float = Field(default=30, gt=0, description="longest time of one request from start to last byte")
    source_s: float = Field(default=3600, gt=0, description="longest time for the pages of one source in one run")
    attempts: int = Field(default=3, ge=1, description="tries of a request that failed for a passing reason")
    backoff_s: float = Field(default=2, ge=0, description="wait before the second try, doubled before each further one")
    max_wait_s: float = Field(default=60, ge=0, description="longest Retry-After that is waited for")
    max_bytes: int = Field(default=10_000_000, ge=1, description="largest page, as sent and as decoded")
    max_list_bytes: int = Field(default=20_000_000, ge=1, description="largest feed, sitemap or list")
    max_redirects: int = Field(default=5, ge=0)
    max_host_failures: int = Field(default=5, ge=1, description="failures in a row after which a host is left alone")
    max_sitemaps: int = Field(default=50, ge=1, description="sitemaps followed from one index")
    list_days: int = Field(
        default=7, ge=0, description="days back in which a list is looked for to ask only for a newer one"
    )


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    include: tuple[str, ...] = ()
    fetching: Fetching = Fetching()
    sources: list[SourceConfig]


def read_sources(config: Path) -> list[SourceConfig]:
    """Enabled sources of ``sources.yml`` and of what it includes, in the order given; raises ConfigError."""
    path = config / "sources.yml"
    files = [path, *(config / name for name in read_yaml(path, _File).include)]
    sources: dict[str, SourceConfig] = {}
    for file in files:
        for number, source in enumerate(read_yaml(file, _File).sources):
            if source.id in sources:
                line = line_of(file, ("sources", number, "id"))
                raise ConfigError(f"{file}, line {line}: sources.{number}.id: {source.id!r} stands twice")
            sources[source.id] = source
    return [s for s in sources.values() if s.enabled]


def read_fetching(config: Path) -> Fetching:
    """``fetching`` of ``sources.yml``; raises ConfigError."""
    return read_yaml(config / "sources.yml", _File).fetching


def read_yaml(path: Path, model: type[Model]) -> Model:
    """A YAML file as a checked model; raises ConfigError naming the file and line and field of all that is wrong."""
    try:
        # Every task reads the configuration; the parser written in C takes a tenth of the other's time.
        return model.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    except FileNotFoundError as error:
        raise ConfigError(f"{path} is missing") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not YAML: {error}") from error
    except ValidationError as error:
        wrong = [
            f"{path}, line {line_of(path, e['loc'])}: {'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}"
            for e in error.errors()
        ]
        raise ConfigError("\n".join(wrong)) from error


def line_of(path: Path, location: tuple[int | str, ...]) -> int:
    """Line of a field in a YAML file, or of the nearest thing around it that is there."""
    node = yaml.compose(path.read_text(encoding="utf-8"))
    line: int = node.start_mark.line if node else 0
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == part]
            if not found:
                break
            line, node = found[0][0].start_mark.line, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        else:
            break
    return line + 1
