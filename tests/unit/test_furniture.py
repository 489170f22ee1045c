from __future__ import annotations

from extract.nlp import furniture, pipeline

LINKS = (
    " Ada Maria NorthmanLawmakers spar over satellite bill Minister sues newspaper | Court frees editor"
    " Harbour city votes on tunnel MORE"
)
TEXT = (
    f"Senator Ada Northman{LINKS} (D) criticized the government on Tuesday.\n\n"
    f"“The plan,” Northman said, “is late.” She said that Senator Ada Northman{LINKS} and others had met the minister."
)


def test_links_behind_a_name_are_found_and_nothing_else() -> None:
    found = furniture.spans(TEXT)
    assert [TEXT[start:end] for start, end in found] == [LINKS, LINKS]
    assert furniture.spans("Northman said that Ada Northman wanted MORE of it, and Northman got more.") == []


def test_what_is_read_takes_nothing_from_the_links_and_keeps_its_offsets() -> None:
    (doc,) = pipeline.read(pipeline.load(), [(TEXT, None)])
    assert not isinstance(doc, Exception)
    assert ("ACCUSE", "criticized", "Ada Northman") in {
        (e.type, e.trigger_text, p.name) for e in doc._.events for p in e.participants if p.role == "actor"
    }
    links = furniture.spans(TEXT)
    told = [(e.trigger_start, e.trigger_end, e.trigger_text) for e in doc._.events]
    told += [(m.start, m.end, m.text) for m in doc._.mentions]
    told += [(p.start, p.end, p.text) for e in doc._.events for p in e.participants]
    for start, end, text in told:
        assert TEXT[start:end] == text
        assert not any(first <= start < last for first, last in links)
    indirect = next(q for q in doc._.quotes if "met the minister" in q.text)
    assert len(indirect.spans) == 2
    assert indirect.text == " ".join(TEXT[start:end] for start, end in indirect.spans)
    assert "MORE" not in indirect.text
