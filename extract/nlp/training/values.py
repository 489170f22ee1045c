"""Token patterns for the value entities: DATE, TIME, MONEY, PERCENT, QUANTITY, ORDINAL and CARDINAL.

No open corpus marks these, so the pipeline finds them by rule, in an ``entity_ruler`` after the NER. The matcher
tries the first token of every pattern at every word, so first tokens are drawn from a few shared definitions and
are plain values or flags where they can be.
"""

from __future__ import annotations

from itertools import product
from typing import Any

Token = dict[str, Any]


def _in(words: str) -> Token:
    listed = words.split()
    return {"LOWER": {"IN": listed} if len(listed) > 1 else listed[0]}  # one word is matched without Python


def _shaped(*shapes: str) -> list[list[Token]]:
    """A pattern of one token for each shape, which the matcher compares without Python."""
    return [[{"SHAPE": shape}] for shape in shapes]


def _like(pattern: str) -> Token:
    return {"LOWER": {"REGEX": f"^(?:{pattern})$"}}


def _maybe(token: Token, op: str = "?") -> Token:
    return {**token, "OP": op}


MONTH_NAMES = (
    "January February March April May June July August September October November December "
    "Jan. Feb. Mar. Apr. Jun. Jul. Aug. Sep. Sept. Oct. Nov. Dec. Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec "
    "JANUARY FEBRUARY MARCH APRIL JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER"
)
MONTH: Token = {"TEXT": {"IN": MONTH_NAMES.split()}}
# A month that is no other word, and so is a date alone; "May" and "March" need a neighbour.
PLAIN_MONTH: Token = {
    "TEXT": {"IN": [m for m in MONTH_NAMES.split() if m not in ("May", "March", "Mar", "Jan", "MARCH")]}
}
WEEKDAY = _in(
    "monday tuesday wednesday thursday friday saturday sunday mon. tue. tues. wed. thu. thurs. fri. sat. sun."
)
YEAR = _like(r"1[5-9]\d\d|20[0-4]\d")
DECADE = _like(r"(?:\d\d)?\d0s")
DAY = _like(r"(?:[0-2]?\d|3[01])(?:st|nd|rd|th)?")
PART = _in("early late mid mid- earlier later")
PERIOD = _in("day week month year decade century quarter weekend season summer winter spring autumn fall")
PERIODS = _in("days weeks months years decades centuries quarters weekends seasons")
WHICH = _in("last next this past previous coming following recent current same each every that another")
AGO = _in("ago earlier later old before after")
FEW = _in("few several many couple some recent")
ABOUT = _in("about around nearly almost some over roughly approximately under only")
MORE = _in("more less fewer at up")
THAN = _in("than least to most")
NUMBER: Token = {"LIKE_NUM": True}
NUMBERS: Token = {"LIKE_NUM": True, "OP": "+"}
ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth"
COUNT: Token = {"LIKE_NUM": True, **_like(rf"(?!(?:{'|'.join(ORDINAL_WORDS.split())}|1[5-9]\d\d|20[0-4]\d|\d+th)$).*")}
BIG = _in("hundred thousand million billion trillion m bn mn k tn")
MANY = _in("tens dozens scores hundreds thousands millions billions")
SIGN: Token = {"TEXT": {"IN": ["$", "£", "€", "¥", "₴", "₽", "₹", "₪", "US$", "A$", "C$", "HK$", "NZ$"]}}
CURRENCY = _like(
    r"dollars?|euros?|pounds?|sterling|rou?bles?|hryvnias?|rials?|tomans?|yuan|yen|rupees?|shekels?|dirhams?|riyals?|"
    r"liras?|dinars?|cents?|pence|usd|eur|gbp|uah|rub|francs?|won|kronor|krone|zlotys?|pesos?|reais|rand"
)
NATION = _in("us u.s. american canadian australian british swiss iranian")
THE = _in("the")
OF = _in("of")
COMMA: Token = {"ORTH": ","}
HYPHEN: Token = {"TEXT": {"IN": ["-", "–", "‑"]}}
TO: Token = {"TEXT": {"IN": ["-", "–", "to", "and"]}}
UNIT = _like(
    r"km|kms|kilomet(?:er|re)s?|miles?|met(?:er|re)s?|cm|mm|centimet(?:er|re)s?|feet|foot|ft|inch(?:es)?|yards?|tons?|"
    r"tonnes?|kg|kgs|kilograms?|kilos?|grams?|lbs?|barrels|acres?|hectares?|gallons?|lit(?:er|re)s?|mph|kph|knots|"
    r"megawatts?|mw|gw|kw|gigawatts?|kilowatts?|kilotons?|mbps|gbps|gb|mb|tb|celsius|fahrenheit"
)
HOURS = _in("hour hours minute minutes second seconds")
ZONE = _in("gmt utc est edt et pst pdt cet eet eest msk bst")
HALF = _like(r"a\.?m\.?|p\.?m\.?")
DAYTIME = _in("morning afternoon evening night")


def _about(*rest: Token) -> list[list[Token]]:
    """The pattern by itself and with what makes an amount approximate before it."""
    return [[_maybe(ABOUT), *rest], [MORE, THAN, *rest]]


_PATTERNS: dict[str, list[list[Token]]] = {
    "DATE": [
        *([*day, *year] for day, year in product(
            (
                [_maybe(PART), MONTH, DAY], [_maybe(PART), MONTH, DAY, TO, DAY],
                [_maybe(THE), NUMBER, _maybe(OF), MONTH],
                [WEEKDAY, _maybe(COMMA), MONTH, DAY], [WEEKDAY, _maybe(COMMA), DAY, MONTH],
            ),
            ([], [_maybe(COMMA), YEAR]),
        )),
        [_maybe(PART), MONTH, _maybe(COMMA), YEAR], [PLAIN_MONTH], [PART, MONTH], [WHICH, MONTH],
        [WEEKDAY], [WHICH, WEEKDAY], [PART, WEEKDAY],
        [YEAR], [PART, _maybe(HYPHEN), YEAR], [YEAR, HYPHEN, _like(r"\d\d|\d{4}")],
        [_maybe(THE), DECADE], [PART, _maybe(HYPHEN), DECADE], [THE, PART, _maybe(HYPHEN), DECADE],
        [_maybe(THE), WHICH, _maybe(FEW), _maybe(OF), _maybe(NUMBER, "*"), PERIOD],
        [_maybe(THE), WHICH, _maybe(FEW), _maybe(OF), _maybe(NUMBER, "*"), PERIODS],
        *_about(NUMBERS, PERIODS, _maybe(AGO)),
        *_about(NUMBER, PERIOD, AGO),
        [_in("a an one"), PERIOD, _maybe(AGO)], [_maybe(_in("a")), FEW, _maybe(OF), PERIODS, _maybe(AGO)],
        [PERIODS, _in("ago earlier later")], [PART, WHICH, PERIOD],
        [NUMBER, HYPHEN, PERIOD], [NUMBER, HYPHEN, PERIOD, HYPHEN, _in("old olds long")],
        [_in("today yesterday tomorrow nowadays")],
        *_shaped("d/d/dd", "dd/dd/dd", "d/d/dddd", "dd/dd/dddd", "dd.dd.dddd", "d.d.dddd", "dddd-dd-dd", "dd-dd-dddd"),
        [_maybe(THE), _in("spring summer autumn fall winter"), _maybe(OF), YEAR],
        [_maybe(THE), _in("first second third fourth final last"), _in("half quarter"), _maybe(OF), _maybe(YEAR)],
        [_maybe(THE), _like(r"(?:1\d|20|21|first|second)(?:th|st)?"), _maybe(HYPHEN), _in("century centuries")],
        [THE, _in("end beginning start middle"), OF, _maybe(_in("the this last next")), PERIOD],
        [THE, _in("end beginning start middle"), OF, YEAR],
        [THE, _in("end beginning start middle"), OF, MONTH, _maybe(YEAR)],
        [_in("daily weekly monthly annually yearly quarterly")],
    ],
    "TIME": [
        *([*clock, _maybe(HALF), _maybe(ZONE)] for clock in _shaped("dd:dd", "d:dd", "dd:dd:dd")),
        [NUMBER, HALF, _maybe(ZONE)], [NUMBER, _in("o'clock o’clock")],
        *_about(NUMBERS, HOURS, _maybe(AGO)),
        [_in("a an"), _maybe(_in("few half")), HOURS, _maybe(AGO)], [FEW, HOURS, _maybe(AGO)],
        [WHICH, DAYTIME], [PART, DAYTIME], [_maybe(PART), WEEKDAY, DAYTIME], [_in("yesterday tomorrow"), DAYTIME],
        [_in("tonight midnight noon overnight")], [NUMBER, HYPHEN, _in("hour minute second")],
    ],
    "MONEY": [
        *_about(SIGN, NUMBER, _maybe(BIG, "*")),
        *_about(NUMBERS, _maybe(BIG, "*"), _maybe(NATION), CURRENCY),
        [MANY, OF, _maybe(MANY), _maybe(OF), CURRENCY],
    ],
    "PERCENT": [
        *_about(NUMBERS, {"LOWER": {"IN": ["%", "percent", "pct"]}}),
        *_about(NUMBERS, _in("per"), _in("cent")),
        [NUMBER, _in("percentage"), _in("point points")],
    ],
    "QUANTITY": [
        *_about(NUMBERS, _maybe(_in("square cubic metric nautical sq")), UNIT),
        [NUMBER, _in("degrees"), _maybe(_in("celsius fahrenheit c f"))],
        [NUMBER, HYPHEN, _in("mile kilometer kilometre km meter metre foot ton tonne acre inch pound kg megawatt kw")],
    ],
    "ORDINAL": [[_in(ORDINAL_WORDS)], [_like(r"\d+(?:st|nd|rd|th)")]],
    "CARDINAL": [
        *_about(_maybe(COUNT, "+")), [COUNT, BIG], [MANY, OF, MANY], [MANY],
        [_in("a"), _in("dozen hundred thousand million billion")],
    ],
}  # fmt: skip


def patterns() -> list[dict[str, Any]]:
    """The patterns as the entity ruler takes them."""
    return [{"label": label, "pattern": pattern} for label, lists in _PATTERNS.items() for pattern in lists]
