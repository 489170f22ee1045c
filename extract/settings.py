"""Settings: every ``WIREHOUSE_*`` variable, and the paths that follow from them."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from upath import UPath

from extract.store import place

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Read from the environment (``WIREHOUSE_DATA`` and so on); the defaults run from a clone."""

    model_config = SettingsConfigDict(env_prefix="WIREHOUSE_", frozen=True)

    data: Path = Field(ROOT / "data", description="folder of everything a run writes")
    store: str | None = Field(
        None,
        description="where landing, shards and outcomes are kept and versions copied to: a path or URL, default data",
    )
    target: Literal["local", "ducklake", "motherduck"] = Field(
        "local", description="what the warehouse is: a DuckDB file in data, DuckLake, or MotherDuck"
    )
    catalog: str = Field(
        "postgres:dbname=wirehouse", description="DuckLake's catalogue; PGHOST, PGUSER and PGPASSWORD say where and who"
    )
    lake: str | None = Field(None, description="folder or URL of DuckLake's Parquet files, default lake in the store")
    config: Path = Field(ROOT / "config", description="folder of sources.yml and topics.yml")
    contact: str | None = Field(None, description="address or web page named to the hosts that are asked")
    spacy_model: str | None = Field(None, description="another spaCy pipeline than the shipped one")
    languages: tuple[str, ...] = Field(("en",), description="languages that go on to extraction, ISO 639-1")
    shard_articles: int = Field(200, gt=0, description="articles a shard, about")
    shard_words: int = Field(200_000, gt=0, description="words a shard, about")
    build_articles: int = Field(50_000, gt=0, description="articles a build takes at a time; fewer need less memory")
    memory: str = Field("5GB", description="DuckDB's memory to build and publish; what does not fit goes to disk")
    keep_versions: int = Field(7, gt=0, description="published versions kept, the current one included")

    @field_validator("data", "config")
    @classmethod
    def absolute(cls, path: Path) -> Path:
        """Tasks and dbt run in other folders than the one in which the path was given."""
        return path.expanduser().resolve()

    @property
    def landing(self) -> UPath:
        return self._store() / "landing"

    @property
    def shards(self) -> UPath:
        return self._store() / "shards"

    @property
    def outcomes(self) -> UPath:
        return self._store() / "outcomes"

    @property
    def published_store(self) -> UPath:
        return self._store() / "published"

    @property
    def lake_files(self) -> str:
        return self.lake or str(self._store() / "lake")

    @property
    def warehouse(self) -> Path:
        return self.data / "warehouse.duckdb"

    @property
    def spill(self) -> str:
        """Folder for what does not fit into DuckDB's memory."""
        return str(self.data / "tmp")

    @property
    def duckdb(self) -> dict[str, str | bool | int | float | list[str]]:
        """How DuckDB is to connect where it may read or write whole tables."""
        return {"memory_limit": self.memory, "temp_directory": self.spill}

    @property
    def published(self) -> Path:
        return self.data / "published"

    @property
    def published_warehouse(self) -> Path:
        return self.published / "wirehouse.duckdb"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def airflow_home(self) -> Path:
        return self.data / "airflow"

    def _store(self) -> UPath:
        return place(self.store or str(self.data))


@cache
def settings() -> Settings:
    return Settings()  # type: ignore[call-arg]


def day_folder(base: UPath, day: date) -> UPath:
    """Folder of one day's files: ``base/date=YYYY-MM-DD``, as Parquet readers partition."""
    return base / f"date={day:%Y-%m-%d}"
