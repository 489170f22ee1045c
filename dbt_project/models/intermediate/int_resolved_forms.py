from dataclasses import asdict

import pyarrow as pa

from extract.nlp.resolver import NOBODY, Resolver
from extract.records import Resolution
from extract.tables import fields


def model(dbt, session):
    """What each form stands for, by the resolver that `wirehouse annotate` uses too; no row where that is nobody.

    A day's build asks for the forms of its mentions alone, and has no others.
    """
    forms = dbt.ref("int_actor_forms").to_arrow_table()
    resolver = Resolver.default()
    resolved = ((form, resolve(resolver, form)) for form in forms.to_pylist())
    rows = [form | asdict(found) for form, found in resolved if found.actor_id != NOBODY]
    return pa.Table.from_pylist(rows, schema=pa.schema([*forms.schema, *fields(Resolution)]))


def resolve(resolver, form):
    asked = {"on": form["published_on"], "role": form["role"], "affiliation": form["affiliation"]}
    found = resolver.resolve(form["form"], label=form["label"], **asked)
    if found.method == "capital" and form["acts"]:
        return resolver.resolve(form["form"], label="ORG", **asked)
    return found
