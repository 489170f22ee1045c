"""Quotations that the layout of a text attributes: turns of a transcript, signed quotations, embedded posts.

Works on paragraphs of the text; what is found here is verbatim speech, marked or not.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

MARKS = "\"“”„«»'‘’`"
# "SMITH: ...", "MR. SMITH: ...", "Q: ...", also within a quotation that opens anew with each paragraph.
TURN = re.compile(
    r"[\"“„«]?(?P<name>[QA]|(?:THE )?[A-Z][A-Z'’-]+\.?(?: [A-Z][A-Z.'’-]*){0,4})"
    r"(?: \([^)\n]{1,60}\))?(?P<cue>:)\s+(?=\S)"
)
# "— Jane Doe (@doe) October 7, 2022", the line under an embedded post.
POST = re.compile(
    r"(?P<cue>[—–-]+)\s*(?P<name>[^\n(@]{2,60}?)\s*\(@\w+\)\s*"
    r"(?:[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]+ \d{4})"
)
# "'...' – Jane Doe, mayor of Norhaven": nothing else in the paragraph.
SIGNED = re.compile(
    r"[\"“„«](?P<text>[^\"“”„«»\n]{15,})[\"”“»]\s*(?P<cue>[—–]|-{1,2})\s*(?P<name>[A-Z][^\n\"“”]{2,80}?)[.]?\Z"
)
ANSWERING = frozenset(["Q", "A", "QUESTION", "ANSWER", "REPORTER", "HOST", "MODERATOR", "INTERVIEWER", "ANCHOR"])
TITLED = ("MR.", "MS.", "MRS.", "DR.", "SEN.", "REP.", "GOV.", "GEN.", "THE ", "SENATOR ", "SECRETARY ", "PRESIDENT ")
PARTICLES = frozenset(["de", "van", "von", "al", "bin"])
TURNS = 2  # at least, for a transcript


@dataclass(frozen=True, slots=True)
class Laid:
    """An attributed stretch: character spans, those of the speaker and of the colon or dash, and its paragraphs."""

    spans: list[list[int]]
    speaker: tuple[int, int]
    cue: tuple[int, int]
    method: str
    channel: str
    paragraphs: tuple[int, ...]


def laid_out(text: str, bounds: list[tuple[int, int]]) -> list[Laid]:
    """What the layout attributes, in order; ``bounds`` are the paragraphs."""
    found = _turns(text, bounds)
    taken = {number for one in found for number in one.paragraphs}
    for number, (start, end) in enumerate(bounds):
        if number in taken:
            continue
        if post := next(iter(POST.finditer(text, start, end)), None):
            content = [start, post.start()]
            paragraphs: tuple[int, ...] = (number,)
            if not text[start : post.start()].strip() and number and number - 1 not in taken:
                content, paragraphs = list(bounds[number - 1]), (number - 1, number)
            if span := _trimmed(text, *content):
                found.append(Laid([span], post.span("name"), post.span("cue"), "signature", "post", paragraphs))
        elif (signed := SIGNED.match(text, start, end)) and _is_signature(signed["name"]):
            spans = [list(signed.span("text"))]
            name = signed.start("name") + len(signed["name"].split(",")[0])
            found.append(Laid(spans, (signed.start("name"), name), signed.span("cue"), "signature", "", (number,)))
    return sorted(found, key=lambda one: one.spans[0])


def _turns(text: str, bounds: list[tuple[int, int]]) -> list[Laid]:
    """Turns of a transcript; a paragraph that opens with a mark and no name goes on with the turn before."""
    heads = [TURN.match(text, start, end) for start, end in bounds]
    counts = Counter(head["name"] for head in heads if head)
    words = set(re.findall(r"\b[A-Z][a-z'’-]+", text))

    def speaks(name: str) -> bool:
        last = name.split()[-1]
        return name in ANSWERING or name.startswith(TITLED) or last.capitalize() in words or counts[name] > TURNS

    def exchanges(number: int) -> bool:
        """Whether a turn and the next are a question and its answer."""
        pair = heads[number : number + 2]
        if len(pair) < 2 or pair[0] is None or pair[1] is None or pair[0]["name"] == pair[1]["name"]:
            return False
        return any(text[start:end].rstrip(MARKS + " ").endswith("?") for start, end in bounds[number : number + 2])

    asked = {number + k for number in range(len(heads)) if exchanges(number) for k in (0, 1)}
    turns = [head if head and (number in asked or speaks(head["name"])) else None for number, head in enumerate(heads)]
    if sum(turn is not None for turn in turns) < TURNS:
        return []
    found: list[Laid] = []
    for number, (start, end) in enumerate(bounds):
        turn = turns[number]
        if turn and (span := _trimmed(text, turn.end(), end)):
            found.append(Laid([span], turn.span("name"), turn.span("cue"), "colon", "interview", (number,)))
        elif found and found[-1].paragraphs[-1] == number - 1 and text[start] in '"“„«' and heads[number] is None:
            last = found.pop()
            span = _trimmed(text, start, end)
            spans = [*last.spans, *([span] if span else [])]
            found.append(Laid(spans, last.speaker, last.cue, "colon", "interview", (*last.paragraphs, number)))
    return found


def _is_signature(name: str) -> bool:
    """Whether what follows the dash is a name, perhaps with an office, and no sentence."""
    first = name.split(",")[0].split()
    return 2 <= len(first) <= 6 and all(word[0].isupper() or word in PARTICLES for word in first)


def _trimmed(text: str, start: int, end: int) -> list[int] | None:
    """The stretch without the spaces and marks at its edges, if letters are left."""
    while start < end and (text[start].isspace() or text[start] in MARKS):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in MARKS + "—–-"):
        end -= 1
    return [start, end] if any(map(str.isalpha, text[start:end])) else None
