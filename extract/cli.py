"""The command line: ``wirehouse run``, a command for each stage, and readers' views."""

from __future__ import annotations

import errno
import gzip
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from typer.core import TyperGroup

from extract import runs
from extract.articles.sources import ConfigError, read_sources
from extract.errors import Stopped
from extract.records import EventStatus, QuoteType
from extract.runs import Run
from extract.settings import settings

T = TypeVar("T")
ROOM = "make room, or set WIREHOUSE_DATA to a folder with more"
ACCESS = "let this user write there, or set WIREHOUSE_DATA to another folder"
MEMORY = "there is not enough memory: free some, or read fewer articles at a time with WIREHOUSE_SHARD_ARTICLES"
# How the libraries tell of too little memory where they raise no MemoryError.
NO_MEMORY = ("Failed to launch", "Cannot allocate memory", "bad allocation", "Out of Memory Error", "bad_alloc")
# Errors of the disk, and the mend.
NO_PLACE = {errno.ENOSPC: ROOM, errno.EDQUOT: ROOM, errno.EFBIG: ROOM, errno.EROFS: ACCESS, errno.EACCES: ACCESS}


class Commands(TyperGroup):
    """The commands; what the user can mend is told as it is, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            typer.echo(f"The configuration is not right:\n{error}", err=True)
            raise typer.Exit(1) from error
        except Stopped as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
        except Exception as error:
            if (mend := mend_of(error)) is None:
                raise
            typer.echo(f"{error}: {mend}, then run again; what has landed stays", err=True)
            raise typer.Exit(1) from error


def mend_of(error: Exception) -> str | None:
    """What to do about an error of disk or memory, also one that a library tells of; None for any other error."""
    if isinstance(error, MemoryError) or any(words in str(error) for words in NO_MEMORY):
        return MEMORY
    told = str(error) if type(error).__module__.endswith("duckdb") else ""
    return next(
        (mend for n, mend in NO_PLACE.items() if n == getattr(error, "errno", 0) or os.strerror(n) in told), None
    )


app = typer.Typer(
    cls=Commands,
    name="wirehouse",
    help="From news articles to a DuckDB warehouse of actors, quotes and events.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
sources = typer.Typer(help="What is read.", no_args_is_help=True)
app.add_typer(sources, name="sources")
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="UTC day of the data interval; yesterday")]
Format = Annotated[Literal["table", "csv", "json"], typer.Option("--format", "-f", help="json is an object a line")]
Limit = Annotated[int, typer.Option(help="rows shown in a table")]


def day_of(day: datetime | None) -> Any:
    return (day or datetime.now(UTC) - timedelta(days=1)).date()


def as_date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def this_run(day: datetime | None) -> Run:
    return Run.by_hand(day_of(day))


@contextmanager
def bars(console: Console) -> Iterator[None]:
    """Show what the stages track as bars on a console."""
    columns = TextColumn("{task.description:28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:

        def watch(items: Iterable[T], description: str, total: int | None) -> Iterable[T]:
            return progress.track(items, total=total, description=description) if total != 0 else items

        runs.watch = watch
        try:
            yield
        finally:
            runs.watch = runs.nobody


@app.command()
def run(
    day: Day = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="last day, for several")] = None,
    reverse: Annotated[bool, typer.Option(help="with --until: the latest day first")] = False,
) -> None:
    """Run the DAG news_daily for one day or several, in this process, and show what came out."""
    from extract import summary

    config = settings()
    read_sources(config.config)  # what is wrong there is told here, and not as a failed task
    first = day_of(day)
    last = until.date() if until else first
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for current in reversed(days) if reverse else days:
        started, log = time.time(), config.logs / f"run-{current:%Y-%m-%d}.log"
        with output_to(log) as console, bars(console):
            from extract.orchestrate import run_dag

            state = run_dag(current, config).state
        if state != "success":
            summary.failures(Console(stderr=True), current, config, log)
            raise typer.Exit(1)
        summary.run(Console(), current, config, time.time() - started, log, brief=len(days) > 1)


@contextmanager
def output_to(log: Path) -> Iterator[Console]:
    """Send all that this process prints to a file; yields a console on what was standard error."""
    log.parent.mkdir(parents=True, exist_ok=True)
    kept = os.dup(1), os.dup(2)
    with log.open("a") as file, os.fdopen(os.dup(2), "w") as terminal:
        try:
            redirect(file.fileno(), file.fileno())
            yield Console(file=terminal)
        finally:
            redirect(*kept)
            for descriptor in kept:
                os.close(descriptor)


def redirect(out: int, err: int) -> None:
    """Let standard output and error of this process, and of those it starts, go to these descriptors."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(out, 1)
    os.dup2(err, 2)


@app.command()
def ingest(
    day: Day = None,
    source: Annotated[list[str] | None, typer.Option(help="only these sources")] = None,
    from_archive: Annotated[bool, typer.Option(help="parse again what runs of the day fetched; ask no host")] = False,
) -> None:
    """Read the sources and land what is new."""
    from extract.stages import ingest as stage

    run, config = this_run(day), settings()
    with bars(Console(stderr=True)):
        for source_id in source or stage.source_ids(config):
            counts = stage.ingest(run, source_id, config, from_archive=from_archive)
            typer.echo(f"{source_id}: " + ", ".join(f"{n} {s}" for s, n in counts.items()))


@sources.command()
def check(
    source: Annotated[list[str] | None, typer.Argument(help="ids of sources; all if not given")] = None,
    day: Day = None,
) -> None:
    """Ask every source what it has and show it: reachable, allowed, entries, newest date. Nothing is landed."""
    from extract.articles import check as checking

    console = Console()
    try:
        with bars(Console(stderr=True)):
            found = [*checking.check(settings(), day_of(day), source)]
    except KeyError as error:
        raise typer.BadParameter(error.args[0]) from error
    raise typer.Exit(0 if checking.show(console, iter(found)) else 1)


@app.command()
def extract(day: Day = None) -> None:
    """Read the relevant articles that a day landed."""
    from extract.stages import extract as stage

    run, config = this_run(day), settings()
    with bars(Console(stderr=True)):
        shards = stage.plan(run, config)
        for shard in shards:
            counts = stage.extract(run, shard, config)
            typer.echo(f"shard {shard['number'] + 1}: " + ", ".join(f"{n} {s}" for s, n in counts.items()))
    if not shards:
        typer.echo("nothing new to read")


@app.command()
def load(day: Day = None) -> None:
    """Load a day's landed and extracted rows into the staging tables."""
    from extract.stages import load as stage

    with bars(Console(stderr=True)):
        counts = stage.load(this_run(day), settings())
    typer.echo(", ".join(f"{n} new files of {name}" for name, n in counts.items()))


@app.command()
def build(day: Day = None, full: Annotated[bool, typer.Option(help="also where nothing has changed")] = False) -> None:
    """Build the marts with dbt, where anything they depend on has changed."""
    from extract.stages import build as stage

    typer.echo("built" if stage.build(this_run(day), settings(), full=full) else "nothing has changed")


@app.command()
def publish(day: Day = None) -> None:
    """Publish a copy of the warehouse for readers."""
    from extract.stages import publish as stage

    typer.echo(stage.publish(this_run(day), settings()))


@app.command()
def reconcile(day: Day = None) -> None:
    """Check that what a day landed is in the published marts."""
    from extract.stages import publish as stage

    counts = stage.reconcile(this_run(day), settings())
    typer.echo(", ".join(f"{n} {name}" for name, n in counts.items()))


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="a query; - reads it from standard input")],
    format: Format = "table",
    limit: Limit = 100,
) -> None:
    """Ask the published warehouse."""
    import duckdb

    from extract import summary, views

    with summary.reader(settings()) as con:
        try:
            found = con.execute(sys.stdin.read() if query == "-" else query)
        except duckdb.Error as error:
            raise typer.BadParameter(str(error)) from error
        views.show(found, format, limit)


@app.command()
def cookbook(
    number: Annotated[int | None, typer.Argument(help="ask this one; all are listed if not given")] = None,
    format: Format = "table",
    limit: Limit = 100,
) -> None:
    """Questions worth asking, with their queries, from docs/cookbook.md."""
    from extract import cookbook

    recipes = {recipe.number: recipe for recipe in cookbook.recipes()}
    if number is None:
        for recipe in recipes.values():
            typer.echo(f"{recipe.number:3} {recipe.question}")
    elif number not in recipes:
        raise typer.BadParameter(f"there is no question {number}: 1 to {len(recipes)}")
    else:
        typer.echo(f"{recipes[number].question}\n\n{recipes[number].query}", err=True)
        sql(recipes[number].query, format, limit)


@app.command()
def quotes(
    speaker: Annotated[str | None, typer.Argument(help="name or actor_id; everybody if not given")] = None,
    about: Annotated[str | None, typer.Option(help="topic id, or words in the quote or around it")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="first day of publication")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="last day of publication")] = None,
    type: Annotated[QuoteType | None, typer.Option(help="in quotation marks, partly, or without")] = None,
    format: Format = "table",
    limit: Limit = 20,
) -> None:
    """What a speaker said, latest first; the same words in several outlets once."""
    from extract import summary, views

    with summary.reader(settings()) as con:
        found = views.quotes(con, speaker, about=about, since=as_date(since), until=as_date(until), type=type)
        views.show(found, format, limit)


@app.command()
def events(
    actor: Annotated[str | None, typer.Option(help="who acts: name or actor_id; a country with its government")] = None,
    recipient: Annotated[str | None, typer.Option(help="who is acted upon, likewise")] = None,
    type: Annotated[str | None, typer.Option(help="PLOVER event type, such as SANCTION")] = None,
    status: Annotated[EventStatus | None, typer.Option(help="how certain it is")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="first day")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="last day")] = None,
    format: Format = "table",
    limit: Limit = 20,
) -> None:
    """Who did what to whom, latest first. An event without a date counts by its first article's day."""
    from extract import summary, views

    with summary.reader(settings()) as con:
        found = views.events(
            con,
            actor=actor,
            recipient=recipient,
            type=type,
            status=status,
            since=as_date(since),
            until=as_date(until),
        )
        views.show(found, format, limit)


@app.command()
def report(
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="day of publication; the latest with articles")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="so many days up to it; as many as are worth a page")] = None,
    topic: Annotated[str | None, typer.Option(help="articles of this topic alone, such as ukraine")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="HTML file; standard output if not given")
    ] = None,
) -> None:
    """Write the briefing of a day or of a topic: one HTML page, as each run publishes it."""
    from extract import summary
    from extract.briefing import UnknownTopic, briefing

    with summary.reader(settings()) as con:
        try:
            page = briefing(con, day=as_date(day), days=days, topic=topic)
        except UnknownTopic as error:
            raise typer.BadParameter(str(error)) from error
    if output is None:
        typer.echo(page)
        return
    try:
        output.write_text(page, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(str(error)) from error


@app.command()
def status() -> None:
    """Show the last runs, what is in the marts, and how fresh it is."""
    from extract import summary

    summary.status(Console(), settings())


@app.command()
def doctor(
    repair: Annotated[bool, typer.Option(help="set damaged files aside and make them again from the rest")] = False,
) -> None:
    """Check what a run needs and what it has written; says what is wrong and how to mend it."""
    from extract import doctor

    console, config = Console(), settings()
    well = doctor.repair(console, config) if repair else True
    raise typer.Exit(0 if doctor.check(console, config) and well else 1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def airflow(context: typer.Context) -> None:
    """Airflow on the data folder: its scheduler and web page until Ctrl-C, or the airflow command given.

    Such as: wirehouse airflow backfill create --dag-id news_daily --from-date 2022-10-01 --to-date 2022-10-31
    --max-active-runs 1
    """
    from extract.orchestrate import airflow as command

    raise typer.Exit(command(context.args or ["standalone"], settings()))


@app.command()
def model() -> None:
    """Show the spaCy pipeline in use: its parts, labels, scores and licence."""
    from rich.markdown import Markdown

    from extract.nlp import pipeline
    from extract.nlp.version import extractor_version

    config = settings()
    nlp = pipeline.load(config.spacy_model)
    console = Console()
    console.print(f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}")
    console.print(f"extractor version {extractor_version(config.spacy_model)}")
    console.print("components: " + ", ".join(nlp.pipe_names))
    card = Path(nlp.path or ".") / "README.md"
    if card.exists():
        console.print(Markdown(card.read_text()))


@app.command()
def annotate(
    input: Annotated[
        str, typer.Argument(help="JSON lines {id, text, title?, published_at?}, or - for standard input")
    ] = "-",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="JSON lines; standard output if not given")
    ] = None,
) -> None:
    """Find actors, quotes and events in any text, without touching the warehouse.

    Plain text on standard input is shown with its quotes and events in colour.
    """
    from pydantic import ValidationError

    from extract.annotate import annotate, show

    text = sys.stdin.read() if input == "-" else None
    if text is not None and not text.lstrip().startswith("{"):
        if output is None:
            show(Console(), text, settings().spacy_model)
            return
        text = json.dumps({"id": "stdin", "text": text})
    lines = text.splitlines() if text is not None else read_lines(Path(input))
    out = output.open("w", encoding="utf-8") if output else sys.stdout
    try:
        inputs = [json.loads(line) for line in lines if line.strip()]
        with bars(Console(stderr=True)):
            for found in runs.track(annotate(inputs, settings().spacy_model), "annotate", len(inputs)):
                out.write(json.dumps(found, ensure_ascii=False) + "\n")
    except (ValidationError, json.JSONDecodeError) as error:
        raise typer.BadParameter(f"{input}: {error}") from error
    finally:
        if output:
            out.close()


def read_lines(path: Path) -> list[str]:
    """Lines of a text file, gzipped or not."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            return file.readlines()
    except OSError as error:
        raise typer.BadParameter(str(error)) from error


@app.command()
def evaluate(
    what: Annotated[str, typer.Argument(help="quotes, events, actors, dates, dedup, pages or copies")],
    gold: Annotated[Path, typer.Option(help="gold file")],
    corpus: Annotated[list[Path] | None, typer.Option(help="copies: file with the articles, may be repeated")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the whole result as JSON")] = False,
) -> None:
    """Measure the extraction against a gold file: precision, recall, F1."""
    from extract import evaluate

    if what not in evaluate.MEASURES:
        raise typer.BadParameter(f"nothing measures {what!r}: {', '.join(evaluate.MEASURES)}")
    if not gold.exists():
        raise typer.BadParameter(f"{gold} does not exist")
    if missing := [str(path) for path in corpus or [] if not path.exists()]:
        raise typer.BadParameter(f"{', '.join(missing)} does not exist")
    result = evaluate.measure(what, gold, settings().spacy_model, corpus)
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, default=str))
    else:
        evaluate.show(Console(), result)


if __name__ == "__main__":
    app()
