"""The custom attributes through which the components pass their records.

``Doc._.published_on`` (date or None) is set before the pipeline runs and anchors relative dates; the
others are lists of the records of ``extract.records``, in order of their start.
"""

from __future__ import annotations

from spacy.tokens import Doc

LISTS = ("dates", "places", "mentions", "quotes", "events")


def register() -> None:
    """Register the attributes; safe to call any number of times."""
    if not Doc.has_extension("published_on"):
        Doc.set_extension("published_on", default=None)
    for name in LISTS:
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=[])


register()
