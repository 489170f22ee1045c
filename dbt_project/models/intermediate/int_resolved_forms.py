from dataclasses import asdict
from datetime import date

import pyarrow as pa

from extract.nlp.resolver import NOBODY, Resolver, version
from extract.records import Resolution
from extract.tables import fields

ASKED = ["form", "label", "role", "affiliation", "acts"]
COLUMNS = [
    *(pa.field(name, pa.bool_() if name == "acts" else pa.string()) for name in ASKED),
    pa.field("is_dated", pa.bool_()),
    pa.field("valid_from", pa.date32()),
    pa.field("valid_to", pa.date32()),
    *(field.with_nullable(True) for field in fields(Resolution)),
    pa.field("resolver_version", pa.string()),
]
BATCH = 20_000


def model(dbt, session):
    """What each form stands for, by the resolver that `wirehouse annotate` uses too, and on which days.

    What an earlier build asked is not asked again while resolver and knowledge base are the same: a form that no day
    matters for is asked once for ever. Read, resolved and written in batches.
    """
    forms = dbt.ref("int_actor_forms")
    asking = session.cursor()  # one connection reads while the other writes
    asking.execute(f"USE {dbt.this.database}")  # which the session has, and a cursor of it does not
    known = ""
    if dbt.is_incremental:
        there = {name for name, *_ in asking.execute(f"DESCRIBE {dbt.this}").fetchall()}
        if there == {column.name for column in COLUMNS}:
            asking.execute(f"DELETE FROM {dbt.this} WHERE resolver_version != ?", [version()])
            known = f"""
                ANTI JOIN {dbt.this} AS known ON {same("known")}
                    AND forms.is_dated = known.is_dated AND forms.day_on BETWEEN known.valid_from AND known.valid_to
            """
        else:  # left by a model of other columns
            asking.execute(f"DELETE FROM {dbt.this}")
    reader = asking.execute(
        f"""
        SELECT {", ".join(f"forms.{name}" for name in ASKED)}, is_dated, list_sort(list(day_on)) AS days
        FROM (
            SELECT *, published_on IS NOT NULL AS is_dated, coalesce(published_on, DATE '0001-01-01') AS day_on
            FROM ({forms.sql_query()})
        ) AS forms {known}
        GROUP BY ALL
        """
    ).to_arrow_reader(BATCH)
    schema = pa.schema(COLUMNS)
    resolver = Resolver.default()
    batches = (
        pa.RecordBatch.from_pylist([row for form in batch.to_pylist() for row in resolved(resolver, form)], schema)
        for batch in reader
    )
    # As a relation of the session, since what dbt is given else it writes by a cursor, which knows no lake.
    return session.from_arrow(pa.RecordBatchReader.from_batches(schema, batches))


def same(other):
    return " AND ".join(f"forms.{name} IS NOT DISTINCT FROM {other}.{name}" for name in ASKED)


def resolved(resolver, form):
    """A row for each time in which a form that is asked for on some days stands for one actor; nulls for nobody."""
    days, is_dated = form.pop("days"), form["is_dated"]
    asked = {"role": form["role"], "affiliation": form["affiliation"]}
    last = None
    for day in days:
        if last is not None and day <= last:
            continue
        first, last = date.min, date.max
        if is_dated:
            found, first, last = resolver.resolve_around(form["form"], day, label=form["label"], **asked)
        else:
            found = resolver.resolve(form["form"], label=form["label"], **asked)
        if found.method == "capital" and form["acts"]:
            if is_dated:
                found, since, until = resolver.resolve_around(form["form"], day, label="ORG", **asked)
                first, last = max(first, since), min(last, until)
            else:
                found = resolver.resolve(form["form"], label="ORG", **asked)
        stands_for = asdict(found) if found.actor_id != NOBODY else dict.fromkeys(asdict(found))
        yield form | {"valid_from": first, "valid_to": last, "resolver_version": version()} | stands_for
