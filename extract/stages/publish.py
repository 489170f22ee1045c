"""Publish: a version of the marts for readers, put in place of the last one in a single rename.

Readers open only what is published, so they never wait for a run and never see half of one; a reader of the last
version goes on reading it. ``extract/publishing`` says what a version holds, ``extract/briefing`` makes its page.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import duckdb

from extract.errors import Stopped
from extract.publishing import database, docs, parquet, schema, store, versions
from extract.publishing.versions import BRIEFING, DOCS, MANIFEST, PARQUET, WAREHOUSE, Made, Manifest, Mart, MartManifest
from extract.runs import Account, Run, accounting, utcnow, write
from extract.settings import Settings
from extract.stages.build import BUILD, create_builds
from extract.stages.load import load_outcomes, transaction
from extract.warehouse import connect, literal, writing

SOFTWARE = ("wirehouse", "duckdb", "dbt-core", "dbt-duckdb", "spacy")


class NotBuilt(Stopped):
    """The last build was cut off or failed, so there is nothing fit to publish."""


class PageFailed(Stopped):
    """The marts are published, but a page that goes with them could not be made."""


class NotAccountedFor(Stopped):
    """The counts of a run do not add up: something that went in did not come out."""


def publish(run: Run, settings: Settings) -> Path:
    """Publish the marts as they are built; returns the published DuckDB file.

    Where they are those of the last version, that version stays and its history of runs is brought up to date.
    """
    with accounting(run, "publish", "publish", settings) as account, writing(settings):
        # Told before it is done, so that what is published tells of its own publication.
        account.add("task", "publish", "ok", started=time.time())
        write(account, settings)
        with transaction(settings) as con:
            load_outcomes(con, run, settings)
        with connect(settings) as con:
            create_builds(con)
            built = con.execute(f"SELECT {BUILD}, follows FROM staging.builds WHERE fingerprint IS NOT NULL").fetchall()
        if not built:
            raise NotBuilt("the marts are not built whole: run wirehouse build first, readers keep the last version")
        store.fetch(settings)
        with versions.new_folder(settings) as folder:
            fingerprint, follows = built[0]
            version = Version(run, fingerprint, follows, folder, account, settings)
            version.data()
            failed = version.pages()
            store.send(versions.put(folder, version.manifest(), settings), settings)
        if failed:
            raise PageFailed("the marts are published, but not every page: " + "; ".join(failed))
    return settings.published_warehouse


class Version:
    """A version in the making, in a folder of its own; each part is an outcome, so that its time is known."""

    def __init__(
        self, run: Run, fingerprint: str, follows: str | None, folder: Path, account: Account, settings: Settings
    ) -> None:
        self.run, self.folder, self.account, self.settings = run, folder, account, settings
        # The build that is published, and the one that it changed.
        self.fingerprint, self.follows = fingerprint, follows
        self.previous = versions.latest(settings)
        self.docs_of: str | None = None

    def data(self) -> None:
        """Make the DuckDB file and the Parquet files."""
        with self.part("database"):
            self.marts, self.made = self.database()
        with self.part("parquet"), self.reader() as con:
            before = (self.previous[0], self.previous[1].marts) if self.previous else None
            parquet.export(con, self.marts, self.folder, before)
            for mart in self.marts:
                if mart.files:
                    about = MartManifest(made=self.made, mart=mart)
                    (self.folder / PARQUET / f"{mart.name}.manifest.json").write_text(about.model_dump_json(indent=1))

    def database(self) -> tuple[list[Mart], Made]:
        file, previous = self.folder / WAREHOUSE, self.previous
        last = previous[1].made.fingerprint if previous else None
        unchanged, follows = last == self.fingerprint, last is not None and last == self.follows
        if previous and (unchanged or follows):
            shutil.copyfile(previous[0] / WAREHOUSE, file)
        now, number, refresh = utcnow(), 1, 0
        with database.attached(self.settings, file) as con:
            if previous and unchanged:
                database.renew_runs(con)
                marts = database.marts(con, previous[1].marts)
            elif previous and follows:
                database.follow(con)
                marts = database.marts_after(con, previous[1].marts)
            else:
                database.copy(con, self.settings.data / "dbt" / "manifest.json")
                marts = database.marts(con, [])
            if previous:
                before, made = previous[1].marts, previous[1].made
                number, refresh = made.version, made.refresh + 1
                changes = schema.changes(before, marts)
                if changes or not same_news(before, marts):
                    number, refresh = made.version + 1, 0
                if not unchanged:
                    if not follows:
                        schema.carry(con, previous[0] / WAREHOUSE)
                    schema.record(con, changes, number, now.date())
                    marts = database.marts(con, [m for m in marts if m.name != schema.TABLE])
            extractors = con.execute(
                "SELECT DISTINCT extractor_version FROM articles WHERE extractor_version NOT NULL ORDER BY ALL"
            ).fetchall()
        made = Made(
            version=number,
            refresh=refresh,
            published_at=now,
            run_id=self.run.run_id,
            day=self.run.day,
            fingerprint=self.fingerprint,
            extractor_versions=[v for (v,) in extractors],
            software=software(),
        )
        return marts, made

    def pages(self) -> list[str]:
        """Make the pages, whose failure keeps nobody from the data; returns why one could not be made."""
        failed = []
        for make in (self.docs, self.briefing):
            try:
                with self.part(make.__name__):
                    make()
            except Exception as error:
                failed.append(f"{make.__name__}: {type(error).__name__}: {error}")
        return failed

    def docs(self) -> None:
        now = docs.fingerprint(self.made.software)
        if self.previous and self.previous[1].docs_of == now:
            versions.link(self.previous[0] / DOCS, self.folder / DOCS)
        else:
            docs.make(self.folder / DOCS, self.settings)
        self.docs_of = now

    def briefing(self) -> None:
        """Make the page of the latest days; where there is nothing new to tell, the last one stays."""
        with self.reader() as con:
            if kept := self.page_that_holds(con):
                versions.link(kept, self.folder / BRIEFING)
                return
            from extract.briefing import briefing  # late: its charts take a second to import

            (self.folder / BRIEFING).write_text(briefing(con), encoding="utf-8")

    def page_that_holds(self, con: duckdb.DuckDBPyConnection) -> Path | None:
        """The last version's page, if the marts are the same and neither its run nor this one failed anywhere."""
        if not self.previous:
            return None
        page, made = self.previous[0] / BRIEFING, self.previous[1].made
        if (made.fingerprint, made.software) != (self.fingerprint, self.made.software) or not page.exists():
            return None
        query = "SELECT 1 FROM outcomes WHERE status = 'failed' AND run_id IN (?, ?) LIMIT 1"
        failed = con.execute(query, [made.run_id, self.run.run_id])
        return None if failed.fetchall() else page

    def manifest(self) -> Manifest:
        """Write the manifest, the last thing to be made; returns it."""
        files = [
            versions.described(p, self.folder) for n in (WAREHOUSE, DOCS, BRIEFING) if (p := self.folder / n).exists()
        ]
        manifest = Manifest(made=self.made, docs_of=self.docs_of, files=files, marts=self.marts)
        (self.folder / MANIFEST).write_text(manifest.model_dump_json(indent=1))
        return manifest

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        started = time.time()
        try:
            yield
            self.account.add("part", name, "ok", started=started)
        except Exception as error:
            self.account.add("part", name, "failed", started=started, error=error)
            raise

    def reader(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(self.folder / WAREHOUSE, read_only=True, config=self.settings.duckdb)


def same_news(before: list[Mart], after: list[Mart]) -> bool:
    """Whether two versions hold the same, but for what they tell of runs and of versions."""
    old, new = (
        {m.name: (m.columns, m.months) for m in marts if not m.is_of_runs and m.name != schema.TABLE}
        for marts in (before, after)
    )
    return old == new


def software() -> dict[str, str]:
    found = {}
    for name in SOFTWARE:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def reconcile(run: Run, settings: Settings) -> dict[str, int]:
    """Check that what the run's day landed is in the published marts; raises NotAccountedFor."""
    with accounting(run, "publish", "reconcile", settings), writing(settings), connect(settings) as con:
        con.execute(f"ATTACH {literal(str(settings.published_warehouse))} AS published (READ_ONLY)")
        failed = [
            f"{stage} {task}: {message}"
            for stage, task, message in con.execute(
                """
                SELECT stage, subject, message FROM published.main.outcomes
                WHERE run_id = $run AND subject_type = 'task' AND status = 'failed' ORDER BY ALL
                """,
                {"run": run.run_id},
            ).fetchall()
        ]
        relevant, read, articles, in_marts = con.execute(
            """
            WITH ours AS (SELECT * FROM staging.articles WHERE landed_for = $day)
            SELECT
                (SELECT count(DISTINCT (article_id, revision)) FROM ours WHERE relevance = 'relevant'),
                (SELECT count(DISTINCT (article_id, revision)) FROM ours
                 SEMI JOIN staging.documents USING (article_id, revision) WHERE relevance = 'relevant'),
                (SELECT count(DISTINCT article_id) FROM ours),
                (SELECT count(*) FROM published.main.articles SEMI JOIN ours USING (article_id))
            """,
            {"day": run.day},
        ).fetchall()[0]
        if failed or relevant != read or articles != in_marts:
            raise NotAccountedFor(
                f"{run.day}: of {relevant} relevant articles landed {read} were read, and of {articles} articles "
                f"landed {in_marts} are in the mart. Run the day again: what is missing is read then. "
                + "".join(f"\nfailed: {f}" for f in failed)
            )
        return {"relevant": relevant, "read": read, "articles": articles}
