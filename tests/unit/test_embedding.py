from __future__ import annotations

import pytest
import spacy

from extract.nlp import embedding, pipeline

TEXTS = [
    "The ministry can't confirm it.\n\nTwo officials in Kyiv said they'd wait.",
    "",
    "Kyiv",
    "Iran's envoy met Olena Petrenko of the Harbour Authority in Odesa; she said: “We won't leave.”",
]


def told(doc: spacy.tokens.Doc) -> list[tuple[str, ...]]:
    return [(t.text, t.tag_, t.dep_, str(t.head.i), t.ent_iob_, t.ent_type_, str(t.is_sent_start)) for t in doc]


@pytest.mark.parametrize("rows", [embedding.ROWS, 12], ids=["all kept", "begins anew in every batch"])
def test_a_quickened_pipeline_finds_what_the_plain_one_does(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(embedding, "ROWS", rows)
    monkeypatch.setattr(pipeline, "PART_TOKENS", 5)  # every document is a part
    plain, quick = spacy.load(pipeline.SHIPPED_MODEL), spacy.load(pipeline.SHIPPED_MODEL)
    pipeline.quicken(quick)
    wanted = [told(doc) for doc in plain.pipe(TEXTS)]
    assert [told(doc) for doc in quick.pipe(TEXTS, batch_size=2)] == wanted
    assert [told(doc) for doc in quick.pipe(TEXTS, batch_size=2)] == wanted  # now from what is kept
    assert "remembered" in {node.name for node in quick.get_pipe("ner").model.walk()}  # type: ignore[attr-defined]
