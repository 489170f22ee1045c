"""The sources to read: ``config/sources.yml``, checked on reading."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extract import records

Model = TypeVar("Model", bound=BaseModel)


class ConfigError(ValueError):
    """A configuration file does not say what it must; the message names file and field."""


class SourceConfig(BaseModel):
    """One entry of ``sources.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str
    kind: Literal["folder", "feed"]
    path: str
    domain: str | None = None
    country: str | None = Field(None, pattern=r"^[A-Z]{3}$")
    state_affiliation: Literal["none", "state-owned", "state-funded", "unknown"] = "unknown"
    language: str | None = Field(None, pattern=r"^[a-z]{2}$")
    topics: tuple[str, ...] = ()
    license: str | None = None

    def record(self) -> records.Source:
        return records.Source(
            source_id=self.id,
            name=self.name,
            kind=self.kind,
            path=self.path,
            domain=self.domain,
            country_iso3=self.country,
            state_affiliation=self.state_affiliation,
            language=self.language,
            license=self.license,
        )


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sources: list[SourceConfig]


def read_sources(config: Path) -> list[SourceConfig]:
    """Sources of ``config/sources.yml`` in the order given; raises ConfigError."""
    path = config / "sources.yml"
    sources = read_yaml(path, _File).sources
    seen: set[str] = set()
    for source in sources:
        if source.id in seen:
            raise ConfigError(f"{path}: source id {source.id!r} stands twice")
        seen.add(source.id)
    return sources


def read_yaml(path: Path, model: type[Model]) -> Model:
    """A YAML file as a checked model; raises ConfigError naming the file and every wrong field."""
    try:
        return model.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ConfigError(f"{path} is missing") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"{path}: {wrong}") from error
