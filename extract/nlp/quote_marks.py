"""Find what stands in quotation marks: marks of every kind, also mismatched, nested, unclosed and lost ones.

Works on plain text, paragraph by paragraph, so that one wrong mark never spoils more than its paragraph. Which
way a mark faces is read from its neighbours first and from its shape second, because news text mixes shapes
(“so") far more often than it misplaces spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

# Two adjacent single marks (''so'', ``so'') are a double mark; of three that close, the first is a single one.
MARK = re.compile(r"(?<=\S)'(?=''(?!'))|''|``|’’|‘‘|,,|[\"“”„‟«»'‘’‚`‹›＂]")
SINGLE = frozenset("'‘’‚`‹›")
OPENING = frozenset(["“", "„", "‟", "«", "``", "‘‘", ",,", "‘", "‚", "`", "‹"])
CLOSING = frozenset(["”", "»", "’’", "›"])
# A line break alone ends a paragraph, unless the line is plainly wrapped.
PARAGRAPH_BREAK = re.compile(r"\s*\n\s*\n\s*|\s*\n(?![a-z])\s*")
DASHES = "-–—―"
OPENERS = frozenset(" \t\xa0\u2009\u202f([{/" + DASHES)
ENDERS = frozenset(" \t\xa0\u2009\u202f)]}/.,;:!?…" + DASHES)
# Words that begin with an apostrophe.
ELISION = re.compile(r"\d\ds?\b|(?:em|tis|twas|til|cause|n|bout|round|cuz|nuff|neath|ere)\b", re.IGNORECASE)
FEET = re.compile(r"\d['’′] ?\d{0,2}$")
# ", said the minister" or " - he added" as the last words of a stretch, the mark before them lost.
ATTRIBUTION = re.compile(
    r"""(?<=[,!?.)])(?P<tail>\s+(?:[-–—]\s*)?(?:[\w’'.-]+\s+){0,5}?
    (?:said|says|told|tells|added|adds|wrote|writes|tweeted|asked|noted|explained|stressed|stated|continued)\b
    [^,;:"“”]{0,80}\s*)\Z""",
    re.VERBOSE,
)
SINGLE_CLOSER = re.compile(r"[.,!?…]['’](?=\s|$)")
SENTENCE_END = re.compile(r"[.!?…][)\]]?\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch in quotation marks within one paragraph; offsets in characters of the text.

    ``start`` and ``end`` leave the marks out, ``outer_start`` and ``outer_end`` take them in. ``is_continued``
    says that the quotation goes on in the next paragraph's first piece, ``is_whole`` that both marks are there.
    ``depth`` is 0 for a piece that stands in no other.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int
    paragraph: int
    depth: int = 0
    is_continued: bool = False
    is_whole: bool = True


@dataclass(slots=True)
class _Mark:
    start: int
    end: int
    shape: str
    is_single: bool
    opens: bool
    closes: bool


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Start and end of each paragraph of the text that is not empty."""
    found = []
    start = 0
    for gap in [*PARAGRAPH_BREAK.finditer(text), None]:
        end = gap.start() if gap else len(text)
        if text[start:end].strip():
            found.append((start, end))
        start = gap.end() if gap else end
    return found


def find_pieces(text: str, bounds: list[tuple[int, int]]) -> list[Piece]:
    """All stretches in quotation marks, nested ones too, in order of start; ``bounds`` are the paragraphs."""
    pieces: list[Piece] = []
    running = False  # a quotation was left open at the end of the paragraph before
    marks = [_marks(text, start, end) for start, end in bounds]
    for number, (start, end) in enumerate(bounds):
        following = marks[number + 1] if number + 1 < len(bounds) else []
        found, running = _paragraph(text, start, end, number, marks[number], following, running)
        pieces.extend(found)
    return sorted(pieces, key=lambda piece: (piece.outer_start, -piece.outer_end))


def _marks(text: str, start: int, end: int) -> list[_Mark]:
    """The quotation marks of a paragraph, apostrophes and inches left out."""
    marks: list[_Mark] = []
    for found in MARK.finditer(text, start, end):
        shape = found.group()
        before = text[found.start() - 1] if found.start() > start else " "
        after = text[found.end()] if found.end() < end else " "
        is_single = shape in SINGLE
        if shape == ",," and not (before in OPENERS and after.isalnum()):
            continue
        free_before = before in OPENERS or (not before.isalnum() and bool(MARK.match(before)) and _opening(marks))
        free_after = after in ENDERS or bool(MARK.match(after))
        if is_single and before.isalnum() and after.isalnum():
            continue  # an apostrophe
        if is_single and free_before and shape not in "‘‹‚`" and ELISION.match(text, found.end()):
            continue
        if shape == '"' and before.isdigit():
            is_open = sum(m.opens - m.closes for m in marks if not m.is_single) > 0
            if not is_open or FEET.search(text, max(start, found.start() - 5), found.start()):
                continue  # feet and inches
        if free_before and not free_after:
            opens, closes = True, False
        elif free_after and not free_before:
            opens, closes = False, True
        elif shape in OPENING:
            opens, closes = True, False
        elif shape in CLOSING:
            opens, closes = False, True
        else:
            opens, closes = True, not is_single or free_after
        if is_single and shape == "’" and opens and not closes:
            continue  # a single closing mark before a word is an elision that the list lacks
        marks.append(_Mark(found.start(), found.end(), shape, is_single, opens, closes))
    return _without_apostrophes(text, marks)


def _opening(marks: list[_Mark]) -> bool:
    return bool(marks) and marks[-1].opens


def _without_apostrophes(text: str, marks: list[_Mark]) -> list[_Mark]:
    """Drop single marks that have no partner: they are apostrophes."""
    kept = []
    open_single: _Mark | None = None
    for number, mark in enumerate(marks):
        if not mark.is_single:
            kept.append(mark)
        elif mark.opens and open_single is None:
            if any(other.is_single and other.closes for other in marks[number + 1 :]):
                open_single = mark
                kept.append(mark)
        elif mark.closes and open_single is not None:
            is_possessive = text[mark.start - 1] == "s" and text[mark.end : mark.end + 2].strip().islower()
            later = next((other for other in marks[number + 1 :] if other.is_single), None)
            if is_possessive and later is not None and later.closes and not later.opens:
                continue
            open_single = None
            kept.append(mark)
    return kept


def _paragraph(
    text: str, start: int, end: int, number: int, marks: list[_Mark], following: list[_Mark], running: bool
) -> tuple[list[Piece], bool]:
    """Pair the marks of one paragraph; also whether its last quotation goes on in the next."""
    pieces: list[Piece] = []
    stack: list[_Mark] = []
    if running and not (marks and marks[0].opens and marks[0].start == start):
        # The paragraph before was left open and this one does not open anew.
        stack.append(_Mark(start, start, "", False, True, False))
    for position, mark in enumerate(marks):
        partner = next((i for i in range(len(stack) - 1, -1, -1) if stack[i].is_single == mark.is_single), None)
        closes = mark.closes and (not mark.opens or partner is not None)
        if not closes:
            rest = marks[position + 1 :]
            if partner is not None and not mark.is_single and not _is_nested(stack[partner], mark, rest):
                cut = _lost_end(text, stack[partner].end, mark.start)
                pieces.append(_piece(text, stack[partner], cut, cut, number, partner, is_whole=False))
                del stack[partner:]
            stack.append(mark)
        elif partner is not None:
            pieces.append(_piece(text, stack[partner], mark.start, mark.end, number, partner))
            del stack[partner:]
        elif not mark.is_single:
            # Its opening mark was lost: the quotation began with the sentence or the paragraph.
            floor = max((piece.outer_end for piece in pieces), default=start)
            begin = _lost_start(text, floor, mark.start, is_first=not pieces)
            lost = _Mark(begin, begin, "", False, True, False)
            pieces.append(_piece(text, lost, mark.start, mark.end, number, 0, is_whole=False))
    open_doubles = [mark for mark in stack if not mark.is_single]
    if not open_doubles:
        return pieces, False
    first = open_doubles[0]
    opens_next = bool(following) and following[0].opens and _starts_paragraph(text, following[0])
    stop = _lost_end(text, first.end, end, opens_next)
    goes_on = bool(following) and stop == end and (opens_next or not following[0].opens)
    piece = _piece(text, first, stop, stop, number, 0, is_whole=goes_on)
    outside = [other for other in pieces if other.outer_end <= first.start]
    inside = [replace(other, depth=max(other.depth, 1)) for other in pieces if first.end <= other.outer_start < stop]
    return [*outside, *inside, replace(piece, is_continued=goes_on)], goes_on


def _starts_paragraph(text: str, mark: _Mark) -> bool:
    return text[: mark.start].rstrip(" \t").endswith("\n")


def _is_nested(outer: _Mark, inner: _Mark, rest: list[_Mark]) -> bool:
    """Whether a double mark that opens inside a double quotation opens a nested one, not a new one."""
    depth = 2
    for mark in rest:
        if mark.is_single:
            continue
        if mark.closes and not mark.opens:
            depth -= 1
        elif mark.opens and not mark.closes:
            depth += 1
        else:
            depth -= 1
        if depth == 0:
            return True
        if depth > 2:
            return False
    return outer.shape != inner.shape and depth == 1


def _piece(text: str, opener: _Mark, end: int, outer_end: int, number: int, depth: int, is_whole: bool = True) -> Piece:
    """The piece between two marks, trimmed of spaces."""
    start = opener.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Piece(start, end, opener.start, outer_end, number, depth, False, is_whole)


def _lost_end(text: str, start: int, end: int, opens_next: bool = False) -> int:
    """Where a quotation without its closing mark ends.

    At a single mark written for a double one, before a short last clause of attribution, else at the end. Where the
    next paragraph opens anew (``opens_next``) a last sentence such as "We told the council." is part of it.
    """
    if single := SINGLE_CLOSER.search(text, start, end):
        return single.end() - 1  # “so.’
    tail = ATTRIBUTION.search(text, start, end)
    if tail and opens_next and text[tail.start("tail") - 1] == ".":
        tail = None
    return tail.start("tail") if tail and tail.start("tail") > start else start + len(text[start:end].rstrip())


def _lost_start(text: str, floor: int, end: int, is_first: bool) -> int:
    """Where a quotation without an opening mark starts: with the paragraph, or the sentence after a quotation."""
    if is_first:
        return floor
    ends = [found.end() for found in SENTENCE_END.finditer(text, floor, end)]
    return ends[0] if ends else floor
