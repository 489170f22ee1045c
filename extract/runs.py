"""A run and the account it keeps: one outcome row for every attempt, and progress for who watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from upath import UPath

from extract.errors import Stopped
from extract.records import Outcome, OutcomeStatus, Stage
from extract.settings import Settings, day_folder
from extract.store import check
from extract.tables import OUTCOMES, stable_id

T = TypeVar("T")


class ClockWrong(Stopped):
    """The clock of this machine cannot be right."""


def nobody(items: Iterable[T], description: str, total: int | None) -> Iterable[T]:
    """Watches nothing."""
    return items


# Outcomes that hold only with the file that their task writes in the end.
MADE = ("landed", "extracted")
# Replaced by the command line, which shows a bar.
watch: Callable[[Iterable[Any], str, int | None], Iterable[Any]] = nobody


def track(items: Iterable[T], description: str, total: int | None = None) -> Iterable[T]:
    """The items, shown as progress where somebody watches."""
    return watch(items, description, total)


def utcnow() -> datetime:
    """The time in UTC, naive, as all times here are."""
    return datetime.now(UTC).replace(tzinfo=None)


def refuse_wrong_clock(run: Run) -> None:
    """Raise ClockWrong where the run's day has not begun: times of publication would be taken for implausible."""
    if utcnow().date() < run.day:
        raise ClockWrong(
            f"the clock says {utcnow():%Y-%m-%d %H:%M} UTC, and the run is for {run.day}, which has not begun by it: "
            "set the clock right, or name an earlier day"
        )


def clean(text: Any) -> Any:
    """Text that can be stored: what a hostile name or field holds beyond Unicode is written out in escapes."""
    return text if text is None else text.encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True)
class Run:
    """One run of the stages over one data interval, which is a UTC day."""

    run_id: str
    day: date

    @classmethod
    def by_hand(cls, day: date) -> Run:
        """A run of single stages from the command line or a test, named by its time."""
        return cls(f"by_hand__{utcnow():%Y-%m-%dT%H:%M:%S.%f}", day)


@dataclass
class Account:
    """Collects the outcomes of one task of a run and writes them at its end, also when it fails."""

    run: Run
    stage: Stage
    task: str
    rows: list[Outcome] = field(default_factory=list)

    def add(
        self,
        subject_type: str,
        subject: str,
        status: OutcomeStatus,
        *,
        started: float,
        error: BaseException | None = None,
        message: str | None = None,
        **fields: Any,
    ) -> None:
        """Note an attempt that began at ``started`` (``time.time()``) and has just ended."""
        subject, message = clean(subject), clean(message or (str(error) or type(error).__name__ if error else None))
        fields |= {"payload": clean(fields["payload"])} if fields.get("payload") else {}
        self.rows.append(
            Outcome(
                # Two sources may name one page.
                outcome_id=stable_id(self.run.run_id, self.stage, subject_type, subject, fields.get("source_id")),
                run_id=self.run.run_id,
                interval_start=self.run.day,
                stage=self.stage,
                subject_type=subject_type,
                subject=subject,
                status=status,
                error_class=type(error).__name__ if error else None,
                message=message,
                started_at=datetime.fromtimestamp(started, UTC).replace(tzinfo=None),
                duration_s=round(time.time() - started, 6),
                **fields,
            )
        )

    def count(self, subject_type: str, status: str) -> int:
        return sum(r.subject_type == subject_type and r.status == status for r in self.rows)


@contextmanager
def accounting(run: Run, stage: Stage, task: str, settings: Settings) -> Iterator[Account]:
    """An account for one task; its last row is the task itself, failed where the block raises.

    Where it raises, nothing is told as landed or extracted but what ``keep_beside`` has kept with its file. Raises
    StoreUnreachable where it could not be kept.
    """
    check(settings.outcomes.parent)
    account, started = Account(run, stage, task), time.time()
    try:
        yield account
        account.add("task", task, "ok", started=started)
    except BaseException as error:
        account.rows = [r for r in account.rows if r.status not in MADE]
        account.add("task", task, "failed", started=started, error=error)
        raise
    finally:
        write(account, settings)


def write(account: Account, settings: Settings) -> None:
    # The name holds the content, so that a repeated task adds a file and none is ever changed.
    # Of two rows on one subject the later holds.
    rows = [asdict(r) for r in {r.outcome_id: r for r in account.rows}.values()]
    name = stable_id(account.stage, account.task, *((r["outcome_id"], r["started_at"], r["status"]) for r in rows))
    folder = day_folder(settings.outcomes, account.run.day)
    OUTCOMES.write(folder / f"{account.stage}-{name}.parquet", rows)


def keep_beside(file: UPath, rows: Iterable[Outcome]) -> None:
    """Write the outcomes that ``file`` makes true to ``NAME.outcomes`` beside it, before it is made.

    They are loaded with it, so that a task that is killed between making the file and writing its account leaves
    no article that nobody tells of.
    """
    OUTCOMES.write(file.with_suffix(".outcomes"), map(asdict, rows))
