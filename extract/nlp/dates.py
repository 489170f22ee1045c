"""Date expressions and the days they denote (``Doc._.dates``).

A small grammar over the words of the text, with the vocabulary in ``lexicon/date_words.csv``. It reads the
text, not the entity labels, so it works with any pipeline; from the parse it only takes the tense of the
verb an expression belongs to, which tells whether "on Thursday" or "in March" is the one before or after
publication. The conventions:

* a weekday is the most recent one, the publication day included; with a future verb the next one
* "last week", "last month" are the whole ISO week, month; "two weeks ago" is a day
* "early March", "the end of the year" denote the month, the year
* "hours earlier", "overnight" are the publication day; "a day later" counts from the date before it
"""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import ClassVar, Literal, NamedTuple

from dateutil.relativedelta import relativedelta
from spacy.language import Language
from spacy.tokens import Doc, Token

from extract.nlp import extensions, knowledge
from extract.records import DateExpression, Granularity

Tense = Literal["past", "future"] | None
TIME_CLAUSES = frozenset({"when", "once", "after", "before", "until", "as"})

_TOKEN = re.compile(r"\d+(?:st|nd|rd|th|s)\b|\d+(?:[:.]\d\d)?(?!\d)|\d+|[ap]\.m\.|[^\W\d_]+|[^\w\s]", re.IGNORECASE)
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")
DASHES = frozenset("-–—")
YEARS = range(1800, 2101)
DAY = timedelta(days=1)
NARRATIVE_REACH = 200  # characters within which "a day later" counts from the date before
# Unit -> its days or its months.
DAYS = {"day": 1, "night": 1, "week": 7, "weekend": 7, "fortnight": 14}
MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}


class Interval(NamedTuple):
    """The days an expression denotes, both ends included, the unit it speaks in, and how it was read."""

    start: date | None
    end: date | None
    granularity: Granularity
    method: str


@dataclass(frozen=True, slots=True)
class Found:
    """An expression at characters ``start`` to ``end`` of the text parsed."""

    start: int
    end: int
    interval: Interval


@Language.factory("wirehouse_dates")
def create(nlp: Language, name: str) -> Dates:
    return Dates()


class Dates:
    """The component ``wirehouse_dates``."""

    def __call__(self, doc: Doc) -> Doc:
        extensions.register()
        text, starts = doc.text, [t.idx for t in doc]

        def token(position: int) -> Token:
            return doc[max(0, bisect_right(starts, position) - 1)]

        names = [
            (e.start_char, e.end_char)
            for e in doc.ents
            if e.label_ in ("PERSON", "ORG", "WORK_OF_ART", "PRODUCT", "FAC")
        ]
        found = find(text, doc._.published_on, lambda position: _tense(token(position)))
        doc._.dates = [
            DateExpression(
                start=f.start, end=f.end, text=text[f.start : f.end], date_start=f.interval.start,
                date_end=f.interval.end, granularity=f.interval.granularity, method=f.interval.method,
            )
            for f in found
            if not any(start <= f.start and f.end <= end and end - start > f.end - f.start for start, end in names)
        ]  # fmt: skip
        return doc


def resolve_expression(expr: str, published_on: date | None) -> DateExpression | None:
    """The date expression in a bare string such as "on Tuesday", relative to the publication day.

    "(future)" or "(past)" at its end gives the tense of the verb. None where the string has no date in it.
    """
    tense: Tense = "future" if "(future)" in expr else "past" if "(past)" in expr else None
    found = find(expr, published_on, lambda _: tense, bare=True)
    if not found:
        return None
    best = max(found, key=lambda f: f.end - f.start)
    return DateExpression(
        start=best.start, end=best.end, text=expr[best.start : best.end], date_start=best.interval.start,
        date_end=best.interval.end, granularity=best.interval.granularity, method=best.interval.method,
    )  # fmt: skip


def find(text: str, published_on: date | None, tense_at: Callable[[int], Tense], bare: bool = False) -> list[Found]:
    """All date expressions of a text in order; ``tense_at`` gives the tense at a character position.

    ``bare`` says that the text is itself an expression, so that words such as "May" need no context.
    """
    parser = _Parser(text, published_on, tense_at, bare)
    found: list[Found] = []
    i = 0
    rules = parser.rules
    while i < parser.n:
        word = parser.words[i]
        starts = (
            word in rules or word in ("between", "from") or word[0].isdigit() or (word == "the" and parser.rules_at(i))
        )
        result = parser.expression(i) if starts else None
        if result is None:
            i += 1
            continue
        end, interval = result
        start, stop = parser.spans[i][0], parser.spans[end - 1][1]
        if published_on is None and interval.method not in ("absolute", "range-absolute"):
            interval = Interval(None, None, interval.granularity, "relative-undated")
        elif interval.method == "range-absolute":
            interval = interval._replace(method="absolute")
        found.append(Found(start, stop, interval))
        if interval.start and interval.granularity in ("day", "hour", "minute", "month", "year"):
            parser.narrative = (interval, stop)
        i = end
    return found


def _tense(token: Token) -> Tense:
    """Tense of the verb that ``token`` hangs on, as far as it tells past from future."""
    if token.head.i > token.i and token.head.tag_[:2] == "NN":
        return None  # "a March 31 deadline": the verb does not date it
    for _ in range(8):
        if token.tag_ == "MD" or token.tag_[:1] == "V":
            break
        if token.head is token or token.head.i == token.i:
            return None
        token = token.head
    else:
        return None
    above = token
    helpers = {child.lower_ for child in token.children if child.dep_ in ("aux", "auxpass")} | (
        {token.lower_} if token.tag_ == "MD" else set()
    )
    if helpers & {"will", "'ll", "’ll", "shall", "wo", "would", "may", "might", "could", "should", "must", "can"}:
        return "past" if "have" in helpers else "future"
    if token.tag_ == "VBG" and helpers & {"is", "are", "'s", "’s", "'re", "’re", "am"}:
        return "future"
    if token.tag_ == "VB" and "to" in helpers:
        for _ in range(3):
            if above.head.i == above.i:
                break
            above = above.head
            if above.lemma_.lower() in _vocabulary().planning:
                return "future"
            if above.tag_[:1] == "V":
                return _tense(above) if above.tag_ != "VB" else None
        return None
    if token.tag_ == "VBD" or helpers & {"was", "were", "had", "has", "have", "did", "'d", "’d", "been"}:
        return "past"
    if (
        token.tag_ in ("VBN", "VBG")
        and token.head.i != token.i
        and token.dep_ in ("acl", "advcl", "xcomp", "ccomp", "conj", "relcl")
    ):
        return "past" if token.tag_ == "VBN" else _tense(token.head)
    if token.dep_ == "advcl" and any(child.lower_ in TIME_CLAUSES for child in token.children):
        return _tense(token.head)  # "will sign it when they meet on Friday"
    return None


class _Vocabulary:
    """The words of ``lexicon/date_words.csv`` by class, and for each word the rules that may start with it."""

    RULES = (
        "numeric", "clocked", "edged", "part_of", "fraction", "holiday", "day_word", "weekday", "day_month", "month",
        "shifted", "counted", "weekend", "season", "decade", "year",
    )  # fmt: skip
    OF_CLASS: ClassVar[dict[str, tuple[str, ...]]] = {
        "month": ("month",),
        "weekday": ("weekday",),
        "number": ("counted",),
        "ordinal": ("fraction", "day_month", "decade"),
        "unit": (),
        "season": ("season",),
        "daypart": ("part_of",),
        "day": ("day_word",),
        "shift": ("shifted",),
        "edge": ("edged",),
        "part": ("part_of",),
        "holiday": ("holiday",),
        "doubtful_month": (),  # months that are also words or names: a date only in the context of one
        "doubtful_weekday": (),
        "before_date": (),
        "planning": (),  # verbs whose infinitive lies ahead: "plans to meet on Friday"
        "counted_thing": (),  # after a number that therefore is no year
    }
    OF_WORD: ClassVar[dict[str, tuple[str, ...]]] = {
        "hours": ("counted",), "minutes": ("counted",), "half": ("counted",), "weekend": ("weekend",),
        "week": ("part_of",), "day": ("day_word",), "final": ("fraction",), "q": ("fraction",), "h": ("fraction",),
        "'": ("decade",), "’": ("decade",),
        **{f"{letter}{number}": ("fraction",) for letter in "qh" for number in range(1, 5)},
    }  # fmt: skip
    DIGITS = ("numeric", "clocked", "fraction", "day_month", "counted", "decade", "year")

    def __init__(self) -> None:
        classes: dict[str, dict[str, str]] = {}
        for row in knowledge.lexicon("date_words"):
            classes.setdefault(row["class"], {})[row["word"]] = row["value"]

        def integers(name: str) -> dict[str, int]:
            return {word: int(value) for word, value in classes[name].items()}

        self.months, self.weekdays, self.numbers = integers("month"), integers("weekday"), integers("number")
        self.ordinals, self.seasons, self.days = integers("ordinal"), integers("season"), integers("day")
        self.shifts = integers("shift")
        self.units, self.dayparts = classes["unit"], classes["daypart"]
        self.edges, self.parts = classes["edge"], classes["part"]
        self.doubtful_months, self.doubtful_weekdays = classes["doubtful_month"], classes["doubtful_weekday"]
        self.before_date, self.planning, self.counted_things = (
            classes["before_date"],
            classes["planning"],
            classes["counted_thing"],
        )
        self.holidays = {
            tuple(word.replace("'", " ' ").split()): (int(value.split("-")[0]), int(value.split("-")[1]))
            for word, value in classes["holiday"].items()
        }
        names: dict[str, set[str]] = {word: set(rules) for word, rules in self.OF_WORD.items()}
        for class_name, entries in classes.items():
            for word in entries:
                names.setdefault(word.replace("'", " ").split()[0], set()).update(self.OF_CLASS[class_name])
        self.rules = {word: tuple(r for r in self.RULES if r in rules) for word, rules in names.items() if rules}


@cache
def _vocabulary() -> _Vocabulary:
    return _Vocabulary()


class _Parser:
    """Recursive descent over the words; every method takes a position and returns the end and the interval."""

    def __init__(self, text: str, published_on: date | None, tense_at: Callable[[int], Tense], bare: bool) -> None:
        self.text = text
        self.spans = [match.span() for match in _TOKEN.finditer(text)]
        self.words = [text[start:end].lower() for start, end in self.spans]
        self.n = len(self.words)
        self.published = published_on or date(2000, 1, 5)  # any day: the result is dropped again
        self.tense_at = tense_at
        self.bare = bare
        self.narrative: tuple[Interval, int] | None = None
        self.vocabulary = words = _vocabulary()
        self.months, self.weekdays, self.numbers, self.ordinals = (
            words.months,
            words.weekdays,
            words.numbers,
            words.ordinals,
        )
        self.units, self.seasons, self.dayparts, self.days = words.units, words.seasons, words.dayparts, words.days
        self.shifts, self.edges, self.parts, self.holidays = words.shifts, words.edges, words.parts, words.holidays
        self.rules = words.rules

    # --- words ---

    def word(self, i: int) -> str:
        return self.words[i] if 0 <= i < self.n else ""

    def skip(self, i: int, *words: str) -> int:
        return i + 1 if self.word(i) in words else i

    def _in_capitals(self, i: int) -> bool:
        return i >= 0 and self.text[self.spans[i][0] : self.spans[i][1]].isupper()

    def capital(self, i: int) -> bool:
        return self.bare or self.text[self.spans[i][0]].isupper()

    def glued(self, i: int) -> bool:
        """No space between word ``i`` and the next."""
        return i + 1 < self.n and self.spans[i][1] == self.spans[i + 1][0]

    def number(self, i: int) -> tuple[int, int] | None:
        """End and value of a number in digits or words ("a couple of", "twenty-four")."""
        word = self.word(i)
        if word.isdecimal():
            return (i + 1, int(word)) if len(word) < 5 else None
        if word == "a" and self.word(i + 1) in ("couple", "hundred", "dozen"):
            return self.skip(i + 2, "of"), {"couple": 2, "hundred": 100, "dozen": 12}[self.word(i + 1)]
        if word == "half" and self.word(i + 1) in ("a", "an"):
            return None
        if word not in self.numbers:
            return None
        value, end = self.numbers[word], i + 1
        if value >= 20 and self.word(end) in DASHES and 0 < self.numbers.get(self.word(end + 1), 0) < 10:
            value, end = value + self.numbers[self.word(end + 1)], end + 2
        return self.skip(end, "of") if word == "couple" else end, value

    def day_number(self, i: int) -> int | None:
        word = self.word(i)
        if match := _ORDINAL.fullmatch(word):
            value = int(match[1])
        elif word.isdecimal() and len(word) <= 2:
            value = int(word)
        else:
            value = self.ordinals.get(word, 0)
        return value if 1 <= value <= 31 else None

    def year_number(self, i: int) -> int | None:
        word = self.word(i)
        return int(word) if word.isdecimal() and len(word) == 4 and int(word) in YEARS else None

    def month_number(self, i: int) -> int | None:
        month = self.months.get(self.word(i))
        return month if month and self.capital(i) else None

    def after_month(self, i: int) -> int:
        """Position after the full stop of an abbreviated month."""
        return (
            i + 1
            if self.word(i) == "." and self.glued(i - 1) and len(self.word(i - 1)) <= 4 and self.word(i - 1) != "may"
            else i
        )

    def tense(self, i: int) -> Tense:
        tense = self.tense_at(self.spans[i][0])
        before = self.word(i - 1) if self.word(i - 1) != "the" else self.word(i - 2)
        if tense is None and before in ("by", "until", "till"):
            return "future"
        return tense

    # --- expressions ---

    def expression(self, i: int) -> tuple[int, Interval] | None:
        """A range of two points, or a point."""
        word = self.word(i)
        if word in ("between", "from"):
            return self.range(
                i + 1, ("and",) if word == "between" else ("to", "until", "till", "through", "into", "-", "–")
            )
        if self.spans[i][0] and self.text[self.spans[i][0] - 1] in "$€£#@/.-" and word[0].isdigit():
            return None
        first = self.point(i)
        if first is None:
            return None
        end = first[0]
        if (self.word(end) in ("to", "through", "into", "until") or self.word(end) in DASHES) and first[1].start:
            second = self.point(self.skip(end + 1, "the"))
            if second and second[1].start and self._may_span(first[1], second[1]):
                return second[0], self._span(first[1], second[1])
        return first

    def range(self, i: int, links: tuple[str, ...]) -> tuple[int, Interval] | None:
        first = self.point(i)
        if first is None or self.word(first[0]) not in links:
            day = self.day_number(i)  # "between 3 and 5 March"
            if (
                day
                and self.word(i + 1) in links
                and self.day_number(i + 2)
                and (second := self.point(i + 2))
                and second[1].granularity == "day"
            ):
                start = second[1].start
                if start and day <= start.day:
                    return second[0], Interval(
                        start.replace(day=day), second[1].end, "range", self._range_method(second[1], second[1])
                    )
            return None
        second = self.point(first[0] + 1)
        if second is None or not self._may_span(first[1], second[1]):
            return None
        return second[0], self._span(first[1], second[1])

    def _may_span(self, one: Interval, two: Interval) -> bool:
        if one.start is None or two.end is None:
            return False
        return (
            one.start <= two.end
            or (one.method == "month-by-tense" and two.method == "absolute")
            or one.method == "weekday"
        )

    def _span(self, one: Interval, two: Interval) -> Interval:
        """From the first day of one to the last of the other; a year given once holds for both."""
        start, end = one.start, two.end
        assert start and end
        if one.method == "month-by-tense" and two.method == "absolute":
            start += relativedelta(year=end.year)
            if start > end:
                start -= relativedelta(years=1)
            return Interval(start, end, "range", "range-absolute")
        if start > end and one.method == "weekday":
            start -= timedelta(days=7) * (-((end - start).days) // 7 + 1)
        return Interval(start, end, "range", self._range_method(one, two))

    @staticmethod
    def _range_method(one: Interval, two: Interval) -> str:
        return "range-absolute" if one.method == two.method == "absolute" else "range"

    def point(self, i: int) -> tuple[int, Interval] | None:
        """One date, with the words of the day, the time and the week that may follow it."""
        result = self.plain(i)
        if result is None:
            return None
        end, interval = result
        if interval.granularity != "day" or interval.start is None:
            return result
        while self.word(end) in self.dayparts:
            end += 1
        at = (
            end + 1
            if self.word(end) in ("at", "around", "about")
            or (self.word(end) == "," and self.word(end + 1)[:1].isdigit())
            else end
        )
        if clock := self.clock(at):
            return clock[0], interval._replace(granularity=clock[1])
        return end, interval

    def plain(self, i: int) -> tuple[int, Interval] | None:
        for rule in self.rules_at(i):
            if result := getattr(self, rule)(i):
                return result
        return None

    def rules_at(self, i: int) -> tuple[str, ...]:
        """Names of the rules that may start at word ``i``."""
        word = self.word(i)
        if word[:1].isdigit():
            return _Vocabulary.DIGITS
        if word == "the" or (word == "a" and self.word(i + 1) == "day" and self.word(i + 2) in ("before", "after")):
            return self.rules_at(i + 1) if self.word(i + 1) != "the" else ()
        return self.rules.get(word, ())

    def clock(self, i: int) -> tuple[int, Granularity] | None:
        """A time of day: end and granularity."""
        word = self.word(i)
        if not word[:1].isdigit():
            return None
        minute = ":" in word or "." in word
        after = self.word(i + 1)
        if after in ("am", "pm", "a.m.", "p.m."):
            end = i + 2
        elif after in ("a", "p") and self.word(i + 2) == "." and self.word(i + 3) == "m":
            end = self.skip(i + 4, ".")
        elif ":" in word:
            end = i + 1
        else:
            return None
        while self.word(end) in ("gmt", "utc", "et", "est", "edt", "bst", "cet", "local", "time"):
            end += 1
        return end, "minute" if minute else "hour"

    def clocked(self, i: int) -> tuple[int, Interval] | None:
        """ "3 p.m. on Monday": the day, in hours or minutes."""
        clock = self.clock(i)
        if clock is None:
            return None
        day = self.plain(self.skip(self.skip(clock[0], ","), "on"))
        if day and day[1].granularity == "day":
            return day[0], day[1]._replace(granularity=clock[1])
        return (clock[0], self._days(self.published, "relative")._replace(granularity=clock[1])) if self.bare else None

    def numeric(self, i: int) -> tuple[int, Interval] | None:
        """2022-02-24, 24.02.2022, and 24/02/2022 where day and month cannot be mistaken."""
        if not (
            self.word(i).isdecimal() and self.glued(i) and self.glued(i + 1) and self.glued(i + 2) and self.glued(i + 3)
        ):
            if match := re.fullmatch(r"(\d{1,2})\.(\d\d)", self.word(i)):  # "24.02" "." "2022"
                year = self.year_number(i + 2) if self.word(i + 1) == "." else None
                return (
                    (i + 3, self._absolute(year, int(match[2]), int(match[1])))
                    if year and _exists(year, int(match[2]), int(match[1]))
                    else None
                )
            return None
        mark = self.word(i + 1)
        if mark not in ("-", "/", ".") or self.word(i + 3) != mark:
            return None
        one, two, three = self.word(i), self.word(i + 2), self.word(i + 4)
        if not (two.isdecimal() and three.isdecimal()):
            return None
        if len(one) == 4:
            year, month, day = int(one), int(two), int(three)
        elif len(three) == 4:
            year, month, day = int(three), int(two), int(one)
            if month > 12:
                month, day = day, month
            elif day <= 12 and day != month and mark == "/":
                return None  # 03/04/2022: March or April
        else:
            return None
        return (i + 5, self._absolute(year, month, day)) if _exists(year, month, day) else None

    def edged(self, i: int) -> tuple[int, Interval] | None:
        """ "late on Monday", "earlier this week", "mid-March", "the early 1990s"."""
        start = self.skip(i, "the")
        if self.word(start) not in self.edges:
            return None
        j = start + 1
        if self.word(j) in DASHES:
            j += 1
        j = self.skip(j, "on", "in")
        j = self.skip(j, "the")
        if self.word(j) in ("day", "week", "month", "year") and self.word(start) in (
            "earlier",
            "later",
            "late",
            "early",
        ):
            return (j + 1, self._shift_unit(self.units[self.word(j)], 0)) if self.word(j - 1) == "the" else None
        return self.plain(j) if self.word(j) not in self.edges else None

    def part_of(self, i: int) -> tuple[int, Interval] | None:
        """ "the end of the year", "the start of March", "the night of June 12"."""
        j = self.skip(i, "the")
        if self.word(j) == "week" and self.word(j + 1) == "of":  # "the week of Nov. 4"
            found = self.plain(self.skip(j + 2, "the"))
            if found is None or found[1].granularity != "day" or found[1].start is None:
                return None
            monday = found[1].start - found[1].start.weekday() * DAY
            return found[0], Interval(monday, monday + 6 * DAY, "week", found[1].method)
        if self.word(j) not in self.parts and self.word(j) not in self.dayparts:
            return None
        if self.word(j + 1) != "of":
            return None
        k = j + 2
        if self.word(j) == "turn" and self.word(self.skip(k, "the")) == "century":
            return None  # the years about its end: no interval
        after = self.skip(k, "the", "this")
        if (
            after > k
            and self.word(after) in ("day", "week", "month", "year", "quarter", "decade", "century")
            and self.word(after + 1) not in ("s", "'")
        ):
            return after + 1, self._shift_unit(self.units[self.word(after)], 0)
        result = self.plain(self.skip(k, "the") if self.word(k + 1) not in self.shifts else k)
        if result is None and self.word(k) in ("that", "the"):
            return None
        return result

    def fraction(self, i: int) -> tuple[int, Interval] | None:
        """Quarters and halves: "the third quarter of 2021", "Q3 2021", "the second half of last year"."""
        j = self.skip(i, "the")
        word = self.word(j)
        if re.fullmatch(r"[qh][1-4]", word):
            which, is_quarter, end = int(word[1]), word[0] == "q", j + 1
        elif word in ("q", "h") and self.word(j + 1) in ("1", "2", "3", "4") and self.glued(j):
            which, is_quarter, end = int(self.word(j + 1)), word == "q", j + 2
        elif self.word(j + 1) in ("quarter", "half"):
            value = self.ordinals.get(word) or self.day_number(j)
            if value is None and word not in ("final",):
                return None
            is_quarter, end = self.word(j + 1) == "quarter", j + 2
            which = value or (4 if is_quarter else 2)
        else:
            return None
        if which > (4 if is_quarter else 2):
            return None
        end = self.skip(end, "of")
        end_of_year = self.skip(end, "the", "this")
        if year := self.year_number(end):
            return end + 1, self._fraction(year, which, is_quarter, "absolute")
        if self.word(end) in self.shifts and self.word(end + 1) == "year":
            return end + 2, self._fraction(
                self.published.year + self.shifts[self.word(end)], which, is_quarter, "relative"
            )
        if end_of_year > end and self.word(end_of_year) == "year":
            return end_of_year + 1, self._fraction(self.published.year, which, is_quarter, "relative")
        if self.word(end - 1) == "of" or (not is_quarter and not self.bare):
            return None  # the second half of something else
        tense = self.tense(i)
        year_now = self.published.year
        this = self._fraction(year_now, which, is_quarter, "relative")
        assert this.start
        if this.start > self.published and tense != "future":
            this = self._fraction(year_now - 1, which, is_quarter, "relative")
        elif this.end and this.end < self.published and tense == "future":
            this = self._fraction(year_now + 1, which, is_quarter, "relative")
        return end, this

    @staticmethod
    def _fraction(year: int, which: int, is_quarter: bool, method: str) -> Interval:
        months = 3 if is_quarter else 6
        start = date(year, (which - 1) * months + 1, 1)
        return Interval(start, start + relativedelta(months=months) - DAY, "quarter" if is_quarter else "range", method)

    def holiday(self, i: int) -> tuple[int, Interval] | None:
        words = tuple("'" if w == "’" else w for w in self.words[i : i + 5])
        for length in range(min(5, len(words)), 0, -1):
            if (day := self.holidays.get(words[:length])) and self.capital(i):
                end = i + length
                if year := self.year_number(self.skip(end, ",")):
                    return self.skip(end, ",") + 1, self._absolute(year, *day)
                return end, self._by_tense(day[0], day[1], self.tense(i))
        return None

    def day_word(self, i: int) -> tuple[int, Interval] | None:
        """ "yesterday", "overnight into Sunday", "the day before yesterday", "the day before"."""
        j = self.skip(i, "the", "a")
        if j > i and self.word(j) == "day" and self.word(j + 1) in ("before", "after"):
            sign = 1 if self.word(j + 1) == "after" else -1
            if self.word(j + 2) in self.days:
                return j + 3, self._days(self.published + (self.days[self.word(j + 2)] + sign) * DAY, "relative")
            if self.word(j + 2) in ("", ".", ",", ";", ")"):
                return j + 2, self._days(self._anchor_day(i) + sign * DAY, "narrative")
            return None
        word = self.word(i)
        if word not in self.days or (not self.bare and self._in_capitals(i) and self._in_capitals(i - 1)):
            return None  # no day, or the name USA TODAY
        end = i + 1
        if word == "overnight":  # "overnight into Sunday", "overnight on Friday"
            j = self.skip(end, "into", "on", "to", "from")
            if j > end and (day := self.weekday(j)):
                return day
        return end, self._days(self.published + self.days[word] * DAY, "relative")

    def weekday(self, i: int) -> tuple[int, Interval] | None:
        word = self.word(i)
        if word not in self.weekdays or not self.capital(i):
            return None
        end = i + 1
        if len(word) <= 5 and self.word(end) == "." and self.glued(i):
            end += 1
        elif word in self.vocabulary.doubtful_weekdays and not self.bare and self.word(end) != ",":
            return None
        target = self.weekdays[word]
        # a date after it says which: "Monday, June 13"
        j = self.skip(end, ",")
        j = self.skip(j, "the")
        dated = self.month_number(j) or (self.day_number(j) and not self.word(j).startswith("second"))
        if dated and (result := self.day_month(j) or self.month(j)) and result[1].granularity == "day":
            return result
        while self.word(end) in self.dayparts:
            end += 1
        j = self.skip(end, "of")
        if self.word(j) in self.shifts and self.word(j + 1) == "week":
            monday = self._monday() + self.shifts[self.word(j)] * 7 * DAY
            return j + 2, self._days(monday + target * DAY, "weekday")
        if self.word(end) == "week" and self.word(end - 1) != "the":
            return None
        back = (self.published.weekday() - target) % 7
        if self.tense(i) == "future":
            return end, self._days(self.published + ((7 - back) % 7) * DAY, "weekday")
        return end, self._days(self.published - back * DAY, "weekday")

    def day_month(self, i: int) -> tuple[int, Interval] | None:
        """ "24 February 2022", "the 24th of February", "24-26 February"."""
        j = self.skip(i, "the")
        day = self.day_number(j)
        if day is None or (self.word(j) in self.ordinals and self.word(j + 1) != "of"):
            return None
        last, k = day, j + 1
        linked = self.word(k) in DASHES or self.word(k) in ("to", "and")
        if linked and (second := self.day_number(k + 1)) and second > day:
            last, k = second, k + 2
        k = self.skip(k, "of")
        month = self.month_number(k)
        if month is None:
            return None
        return self._with_year(i, self.after_month(k + 1), month, day, last)

    def month(self, i: int) -> tuple[int, Interval] | None:
        """ "February 24, 2022", "February 24-26", "February 2022", "February"."""
        month = self.month_number(i)
        if month is None:
            return None
        end = self.after_month(i + 1)
        j = self.skip(end, "the")
        day = self.day_number(j) if self.word(j) not in self.ordinals else None
        if day and self.word(j + 1) not in ("%", "per", "percent", ":") and self.word(j + 1) not in self.units:
            last, k = day, j + 1
            if self.word(k) in DASHES or (self.word(k) in ("to", "and") and self.word(k + 1)[:1].isdigit()):
                second = self.day_number(k + 1)
                if second and second > day and not self.month_number(k + 2):
                    last, k = second, k + 2
            return self._with_year(i, k, month, day, last)
        j = self.skip(self.skip(end, ","), "of")
        if year := self.year_number(j):
            return j + 1, self._month(year, month, "absolute")
        j = self.skip(end, "of")
        if self.word(j) in self.shifts and self.word(j + 1) == "year":
            return j + 2, self._month(self.published.year + self.shifts[self.word(j)], month, "relative")
        if not self._is_month(i):
            return None
        return end, self._by_tense(month, None, self.tense(i))

    def _is_month(self, i: int) -> bool:
        """Whether a bare month name is one, and not a verb or a person."""
        return (
            self.bare
            or self.word(i) not in self.vocabulary.doubtful_months
            or self.word(i - 1) in self.vocabulary.before_date
            or (self.word(i - 1) in DASHES and self.word(i - 2) == "mid")
        )

    def _with_year(self, i: int, end: int, month: int, day: int, last: int) -> tuple[int, Interval] | None:
        j = self.skip(end, ",")
        j = self.skip(j, "of") if j == end else j
        if year := self.year_number(j):
            if not (_exists(year, month, day) and _exists(year, month, last)):
                return None
            one, two = self._absolute(year, month, day), self._absolute(year, month, last)
            return j + 1, one if day == last else Interval(one.start, two.end, "range", "absolute")
        if self.word(end) in self.shifts and self.word(end + 1) == "year":
            year = self.published.year + self.shifts[self.word(end)]
            if _exists(year, month, day):
                return end + 2, self._absolute(year, month, day)._replace(method="relative")
        if not _exists(2000, month, day) or not _exists(2000, month, last):
            return None
        one = self._by_tense(month, day, self.tense(i))
        if day == last or one.start is None or not _exists(one.start.year, month, last):
            return end, one
        return end, Interval(one.start, one.start.replace(day=last), "range", one.method)

    def shifted(self, i: int) -> tuple[int, Interval] | None:
        """ "last week", "the past three days", "next Monday", "this morning", "last summer", "the previous day"."""
        j = self.skip(i, "the")
        word = self.word(j)
        if word not in self.shifts:
            return None
        shift, k = self.shifts[word], j + 1
        after = self.word(k)
        if counted := self.number(k) if after not in ("a", "an") else None:
            end, count = counted
            unit = self.units.get(self.word(end))
            if unit and shift and word not in ("previous", "preceding", "following", "prior"):
                return end + 1, self._stretch(unit, count * shift)
            return None
        if after in ("few", "several") and self.word(k + 1) in self.units:
            return None  # cannot be known
        if after in self.weekdays and self.capital(k):
            return self._end_of_day(k + 1), self._days(self._shift_weekday(self.weekdays[after], shift), "weekday")
        if (month := self.month_number(k)) is not None:
            return self._shift_month(self.after_month(k + 1), k, month, shift)
        if after in self.seasons:
            return k + 1, self._shift_season(self.seasons[after], shift)
        if after == "weekend":
            return k + 1, self._weekend(shift, self.tense(i))
        if after == "night" and shift == -1:
            return k + 1, self._days(self.published - DAY, "relative")
        if after in self.dayparts and shift == 0:
            return k + 1, self._days(self.published, "relative")
        unit = self.units.get(after, "")
        if after in self.units and after == unit and unit not in ("second", "minute", "night"):
            if unit == "hour":
                return k + 1, self._days(self.published, "relative")
            if word in ("same", "following", "next", "previous", "preceding", "prior") and unit == "day":
                if word == "next" and self.word(i) != "the":
                    return None
                return k + 1, self._days(self._anchor_day(i) + shift * DAY, "narrative")
            if word == "same":
                return None
            if unit == "day" or (not self.bare and self.text[self.spans[k][0]].isupper()):
                return None  # "this day", "This Week"
            if word == "last" and self.word(i) == "the" and self.word(k + 1) in ("before", "of"):
                return None
            if self.word(k + 1) == "and" and self.word(k + 2) == "a" and self.word(k + 3) == "half" and shift < 0:
                return k + 4, self._stretch("month", -18) if unit == "year" else self._stretch(unit, -1)
            return k + 1, self._shift_unit(unit, shift)
        return None

    def counted(self, i: int) -> tuple[int, Interval] | None:
        """ "two weeks ago", "a day earlier", "in three days", "hours later", "half a year ago"."""
        if self.word(i) in ("hours", "minutes") and self.word(i + 1) in ("earlier", "later", "ago", "before"):
            return i + 2, self._days(self.published, "relative")
        if (
            self.word(i) == "half"
            and self.word(i + 1) in ("a", "an")
            and self.word(i + 2) in ("year", "decade")
            and self.word(i + 3) == "ago"
        ):
            months = 6 if self.word(i + 2) == "year" else 60
            return i + 4, self._days(self.published - relativedelta(months=months), "relative")
        counted = self.number(i)
        if counted is None:
            return None
        end, count = counted
        half = self.word(end) == "and" and self.word(end + 1) in ("a",) and self.word(end + 2) == "half"
        if half:
            end += 3
        unit = self.units.get(self.word(end))
        if unit is None or unit in ("weekend", "night", "quarter"):
            return None
        end += 1
        if self.word(end) == "and" and self.word(end + 1) == "a" and self.word(end + 2) == "half":
            half, end = True, end + 3
        after = self.word(end)
        if after in ("ago", "back"):
            return end + 1, self._offset(self.published, unit, -count, -6 if half else 0, "relative")
        if after == "from" and self.word(end + 1) == "now":
            return end + 2, self._offset(self.published, unit, count, 6 if half else 0, "relative")
        closed = self.word(end + 1) in ("", ".", ",", ";", ":", ")", "that", "in", "at", "on")
        if after in ("earlier", "later") or (
            after in ("before", "after", "prior") and closed and self.word(end + 1) != "that"
        ):
            sign = 1 if after in ("later", "after") else -1
            return end + 1, self._counted_from(self._anchor(i), unit, sign * count, sign * 6 if half else 0)
        if self.word(i - 1) == "in" and (self.bare or self.tense(i) == "future") and after != "of":
            return end, self._offset(self.published, unit, count, 6 if half else 0, "relative")
        return None

    def _counted_from(self, anchor: Interval, unit: str, count: int, extra_months: int) -> Interval:
        """ "Two years later": in the unit of the date it counts from; unknown where that makes no sense."""
        assert anchor.start
        result = self._offset(anchor.start, unit, count, extra_months, "narrative")
        if result.start is None:
            return result
        if anchor.granularity == "year" and unit in ("year", "decade", "century"):
            return self._year(result.start.year, "narrative")
        if anchor.granularity == "month" and unit in ("month", "year", "decade"):
            return self._month(result.start.year, result.start.month, "narrative")
        far = unit not in ("second", "minute", "hour", "day")
        if anchor.granularity in ("month", "year") or (far and count > 0 and result.start > self.published):
            return Interval(None, None, result.granularity, "narrative")
        return result

    def _offset(self, anchor: date, unit: str, count: int, extra_months: int, method: str) -> Interval:
        if unit in ("second", "minute", "hour"):
            days = count // 24 if unit == "hour" and abs(count) >= 24 and count % 24 == 0 else 0
            return self._days(anchor + days * DAY, method)
        days, months = count * DAYS.get(unit, 0), count * MONTHS.get(unit, 0)
        try:
            day = anchor + relativedelta(days=days, months=months + (extra_months if unit == "year" else 0))
        except (ValueError, OverflowError):
            return Interval(None, None, "year", method)
        if unit in ("decade", "century"):
            return self._year(day.year, method)
        return self._days(day, method)

    def weekend(self, i: int) -> tuple[int, Interval] | None:
        """ "the weekend", "over the weekend"."""
        if self.word(i) == "the" and self.word(i + 1) == "weekend":
            return i + 2, self._weekend(None, self.tense(i))
        if self.word(i) == "weekend" and self.bare:
            return i + 1, self._weekend(None, self.tense(i))
        return None

    def season(self, i: int) -> tuple[int, Interval] | None:
        """ "the summer of 2022", "spring 2021", "in the winter"."""
        j = self.skip(i, "the")
        month = self.seasons.get(self.word(j))
        if month is None:
            return None
        k = self.skip(j + 1, "of")
        if year := self.year_number(k):
            end = k + 1
            if self.word(end) in DASHES | {"/"} and self.word(end + 1).isdigit():
                end += 2  # the winter of 2021-22
            return end, self._season(year, month, "absolute")
        if self.word(k) in self.shifts and self.word(k + 1) == "year":
            return k + 2, self._season(self.published.year + self.shifts[self.word(k)], month, "relative")
        if (
            k > j + 1
            or not (self.bare or self.word(i - 1) in ("in", "since", "during", "until", "by"))
            or (self.word(j) == "fall" and not self.bare and self.word(i) != "the")
        ):
            return None
        tense = self.tense(i)
        candidates = [self._season(self.published.year + shift, month, "relative") for shift in (-1, 0, 1)]
        if tense == "future":
            return j + 1, next(s for s in candidates if s.end and s.end >= self.published)
        return j + 1, next(s for s in reversed(candidates) if s.start and s.start <= self.published)

    def decade(self, i: int) -> tuple[int, Interval] | None:
        """ "the 1990s", "the '90s", "the 19th century"."""
        j = self.skip(i, "the")
        word = self.word(j)
        if re.fullmatch(r"\d{4}s", word) and int(word[:4]) in YEARS:
            year = int(word[:4])
            return j + 1, Interval(
                date(year, 1, 1),
                date(year + (99 if year % 100 == 0 and year < 2000 else 9), 12, 31),
                "decade",
                "absolute",
            )
        if word in ("'", "’") and re.fullmatch(r"\d0s", self.word(j + 1)):
            year = 1900 + int(self.word(j + 1)[:2])
            return j + 2, Interval(date(year, 1, 1), date(year + 9, 12, 31), "decade", "absolute")
        ordinal = self.ordinals.get(word) or (int(m[1]) if (m := _ORDINAL.fullmatch(word)) else None)
        if ordinal == 20 and self.word(j) == "twenty":
            return None
        if ordinal and self.word(j + 1) == "century" and 1 <= ordinal <= 21:
            first = (ordinal - 1) * 100 + 1
            return j + 2, Interval(date(first, 1, 1), date(first + 99, 12, 31), "range", "absolute")
        return None

    def year(self, i: int) -> tuple[int, Interval] | None:
        """ "2019", "2014-15", "2021/22"."""
        year = self.year_number(i)
        if (
            year is None
            or (self.glued(i) and self.word(i + 1) in ("%", "°"))
            or (i and self.word(i - 1) in ("$", "£", "€", "no", "#"))
        ):
            return None
        if not self.bare and not self._is_year(i, year):
            return None
        if self.word(i + 1) in DASHES | {"/"} and self.glued(i) and self.glued(i + 1):
            tail = self.word(i + 2)
            if tail.isdecimal() and len(tail) == 2 and int(tail) > year % 100:
                return i + 3, Interval(
                    date(year, 1, 1), date(year // 100 * 100 + int(tail), 12, 31), "range", "absolute"
                )
        return i + 1, self._year(year, "absolute")

    def _is_year(self, i: int, year: int) -> bool:
        """Whether a four-digit number reads as a year: after a preposition or determiner, in brackets, or alone."""
        before, after = self.word(i - 1), self.word(i + 1)
        if after in self.units or after in self.vocabulary.counted_things:
            return False
        near = 1900 <= year <= self.published.year + 30
        if before in self.vocabulary.before_date or before in (
            "(",
            "the",
            "a",
            "an",
            "s",
            "early",
            "late",
            "-",
            "–",
            "year",
            ",",
            "as",
            "his",
            "her",
            "their",
            "its",
        ):
            return near or before in ("in", "since", "(")
        return near and (
            after in (",", ".", ";", ")", "", "election", "deal", "war", "invasion", "and") or before in ("'", "’")
        )

    # --- building intervals ---

    @staticmethod
    def _days(day: date, method: str) -> Interval:
        return Interval(day, day, "day", method)

    def _absolute(self, year: int, month: int, day: int) -> Interval:
        return self._days(date(year, month, day), "absolute")

    @staticmethod
    def _month(year: int, month: int, method: str) -> Interval:
        return Interval(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month", method)

    @staticmethod
    def _year(year: int, method: str) -> Interval:
        if not 1 <= year <= 9998:
            return Interval(None, None, "year", method)
        return Interval(date(year, 1, 1), date(year, 12, 31), "year", method)

    @staticmethod
    def _season(year: int, month: int, method: str) -> Interval:
        start = date(year, month, 1)
        return Interval(start, start + relativedelta(months=3) - DAY, "season", method)

    def _monday(self) -> date:
        return self.published - self.published.weekday() * DAY

    def _anchor(self, i: int) -> Interval:
        """What "a day earlier" counts from: an expression shortly before it, else the publication day."""
        if self.narrative and 0 <= self.spans[i][0] - self.narrative[1] < NARRATIVE_REACH:
            return self.narrative[0]
        return self._days(self.published, "relative")

    def _anchor_day(self, i: int) -> date:
        anchor = self._anchor(i)
        return anchor.start if anchor.start and anchor.start == anchor.end else self.published

    def _end_of_day(self, end: int) -> int:
        while self.word(end) in self.dayparts:
            end += 1
        return end

    def _by_tense(self, month: int, day: int | None, tense: Tense) -> Interval:
        """A month or a day of the year without its year: the last one, or the next if the verb says so.

        Without a verb a day up to two months ahead is taken to be meant.
        """
        published = self.published
        candidates = []
        for year in (published.year - 1, published.year, published.year + 1):
            if day is None:
                candidates.append(self._month(year, month, "month-by-tense"))
            elif _exists(year, month, day):
                candidates.append(self._days(date(year, month, day), "month-by-tense"))
        if not candidates:  # 29 February, and no leap year near
            candidates = [
                self._days(date(y, month, day or 1), "month-by-tense")
                for y in (published.year - 3, published.year - 2, published.year + 2)
                if _exists(y, month, day or 1)
            ]
        if tense == "future":
            return next((c for c in candidates if c.end and c.end >= published), candidates[-1])
        ahead = published + timedelta(days=61) if tense is None and day is not None else published
        return next((c for c in reversed(candidates) if c.start and c.start <= ahead), candidates[0])

    def _shift_weekday(self, target: int, shift: int) -> date:
        """ "last Friday" is the one before today, "this Friday" that of the week, "next Friday" that of the next."""
        if shift < 0:
            return self.published - ((self.published.weekday() - target - 1) % 7 + 1) * DAY
        return self._monday() + (7 * shift + target) * DAY

    def _shift_month(self, end: int, i: int, month: int, shift: int) -> tuple[int, Interval]:
        """ "last March", "this March", "next March", also with the day of the month after it."""
        day = self.day_number(end) if self.word(end)[:1].isdigit() else None
        if day and _exists(2000, month, day):
            return end + 1, self._by_tense(month, day, "future" if shift > 0 else "past")
        if shift == 0:
            return end, self._month(self.published.year, month, "relative")
        year = self.published.year
        if shift < 0:
            year -= month >= self.published.month
        else:
            year += month <= self.published.month
        return end, self._month(year, month, "relative")

    def _shift_season(self, month: int, shift: int) -> Interval:
        candidates = [self._season(self.published.year + offset, month, "relative") for offset in (-2, -1, 0, 1)]
        if shift < 0:
            return next(s for s in reversed(candidates) if s.end and s.end < self.published)
        if shift > 0:
            return next(s for s in candidates if s.start and s.start > self.published)
        return next((s for s in candidates if s.start and s.end and s.start <= self.published <= s.end), candidates[2])

    def _weekend(self, shift: int | None, tense: Tense) -> Interval:
        """Saturday and Sunday: the last one begun, by ``shift`` or by the tense."""
        saturday = self._monday() + 5 * DAY
        if shift is None:
            if saturday > self.published and tense != "future":
                saturday -= 7 * DAY
        elif shift == 0:
            just_over = tense is None and self.published.weekday() < 2
            if saturday > self.published and (tense == "past" or just_over):
                saturday -= 7 * DAY
        else:
            saturday += 7 * shift * DAY
        return Interval(saturday, saturday + DAY, "range", "relative")

    def _shift_unit(self, unit: str, shift: int) -> Interval:
        """The whole day, week, month, ... ``shift`` units from the publication day."""
        published = self.published
        if unit == "day":
            return self._days(published + shift * DAY, "relative")
        if unit in ("week", "fortnight"):
            monday = self._monday() + 7 * shift * DAY
            return Interval(monday, monday + 6 * DAY, "week", "relative")
        if unit == "month":
            day = published + relativedelta(months=shift)
            return self._month(day.year, day.month, "relative")
        if unit == "quarter":
            day = published + relativedelta(months=3 * shift)
            return self._fraction(day.year, (day.month - 1) // 3 + 1, True, "relative")
        if unit == "year":
            return self._year(published.year + shift, "relative")
        if unit == "decade":
            year = published.year // 10 * 10 + 10 * shift
            return Interval(date(year, 1, 1), date(year + 9, 12, 31), "decade", "relative")
        year = (published.year - 1) // 100 * 100 + 1 + 100 * shift
        return Interval(date(year, 1, 1), date(year + 99, 12, 31), "range", "relative")

    def _stretch(self, unit: str, count: int) -> Interval:
        """The ``count`` units up to (from) the publication day: "the past three days", "the next two weeks"."""
        other = self._offset(self.published, unit, count, 0, "relative")
        if other.start is None or other.end is None:
            return other
        if count < 0:
            return Interval(other.start, self.published, "range", "relative")
        return Interval(self.published, other.end, "range", "relative")


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
