"""Every record that crosses a border, defined once.

The classes below are the only definition of a row: the code passes them, the Parquet files and the
DuckDB staging tables are derived from them (``extract.tables``), and the tests build them. The text
in each ``Annotated`` is the column's comment in the warehouse.

All times are UTC and naive; all offsets are characters (Unicode code points) of the article's
``text``, end exclusive, so that ``text[start:end]`` reproduces what a row says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Literal

# --- vocabularies -----------------------------------------------------------------------------------

Stage = Literal["ingest", "extract", "load", "build", "publish"]
OutcomeStatus = Literal["ok", "landed", "unchanged", "extracted", "skipped", "quarantined", "failed"]
DateMethod = Literal["source", "feed", "meta", "json-ld", "page", "url", "none"]
Precision = Literal["second", "day", "month", "year", "none"]
Relevance = Literal["relevant", "off_topic", "other_language", "no_text"]

MentionKind = Literal["person", "organisation", "place", "group", "role", "pronoun", "document"]
SpeakerKind = Literal["person", "organisation", "unnamed", "document", "author", "unknown"]
QuoteType = Literal["direct", "mixed", "indirect"]
Channel = Literal["speech", "statement", "post", "interview", "outlet", "document", "unknown"]
EventStatus = Literal["realised", "reported", "future", "hypothetical", "negated", "historical", "attempted"]
Role = Literal["actor", "recipient"]
Granularity = Literal["minute", "hour", "day", "week", "month", "quarter", "season", "year", "decade", "range"]
PlacePrecision = Literal["point", "city", "admin", "country", "region"]

# --- ingest -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One row per configured source (``config/sources.yml``)."""

    source_id: Annotated[str, "stable key of the source"]
    name: Annotated[str, "outlet name"]
    kind: Annotated[str, "how it is read: folder or feed"]
    path: Annotated[str, "where it is read from"]
    domain: Annotated[str | None, "outlet's web domain"] = None
    country_iso3: Annotated[str | None, "outlet's country, ISO 3166-1 alpha-3"] = None
    state_affiliation: Annotated[str, "none, state-owned, state-funded or unknown"] = "unknown"
    language: Annotated[str | None, "language the source publishes in, ISO 639-1"] = None
    license: Annotated[str | None, "terms of the source's text, where stated"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One row per article record landed: one text of one article as one source gave it."""

    record_id: Annotated[str, "hash of the source and everything the source said of the article"]
    article_id: Annotated[str, "hash of the canonical URL, or of the content where there is no URL"]
    revision: Annotated[str, "hash of the normalised text"]
    source_id: Annotated[str, "configured source it came from"]
    outlet: Annotated[str | None, "outlet name as the article gives it, else the source's"]
    url: Annotated[str | None, "address as given"]
    canonical_url: Annotated[str | None, "address without tracking, fragment and mobile or AMP variants"]
    title: Annotated[str | None, "headline"]
    text: Annotated[str, "body text, paragraphs separated by a blank line"]
    byline: Annotated[str | None, "author line"]
    section: Annotated[str | None, "section or category of the outlet"]
    lead_image: Annotated[str | None, "address of the lead image"]
    language: Annotated[str | None, "detected language, ISO 639-1; null where the text is too short to tell"]
    published_at: Annotated[datetime | None, "publication time, UTC; null where unknown"]
    published_raw: Annotated[str | None, "publication time as given"]
    published_method: Annotated[DateMethod, "where the publication time was found"]
    published_precision: Annotated[Precision, "precision of the publication time as given"]
    updated_at: Annotated[datetime | None, "time of the last change as the source gives it, UTC"]
    fetched_at: Annotated[datetime, "when it was read, UTC (run metadata)"]
    landed_for: Annotated[date, "day of the data interval that landed it (run metadata)"]
    word_count: Annotated[int, "words in the text"]
    text_key: Annotated[str, "hash of the letters and digits of the text: equal for exact copies"]
    topics: Annotated[list[str], "topics matched on title and text"]
    relevance: Annotated[Relevance, "whether it goes on to extraction, and if not why"]
    is_teaser: Annotated[bool, "text is a headline or summary, not the article"]
    charset: Annotated[str | None, "character set the file was decoded with"]
    license: Annotated[str | None, "terms of the text, where stated"]
    raw_path: Annotated[str, "file it was read from, with the line or entry number"]
    published_offset_s: Annotated[int | None, "seconds east of UTC of the time as given; null where it names none"] = (
        None
    )
    title_key: Annotated[str | None, "letters and digits of the headline without the outlet's name"] = None
    is_live: Annotated[bool | None, "live blog: entries of several times in one text"] = None
    agency: Annotated[str | None, "news agency that wrote the text, where outlet, byline or text say so"] = None
    agency_method: Annotated[str | None, "where the agency was found: outlet, byline or text"] = None
    fingerprints: Annotated[list[int] | None, "hashes of runs of words, by which copies are found"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One row per attempt: a source polled, an item read, an article extracted, a stage run."""

    outcome_id: Annotated[str, "hash of run, stage, subject and source"]
    run_id: Annotated[str, "run that made the attempt"]
    interval_start: Annotated[date, "day of the run's data interval"]
    stage: Annotated[Stage, "stage that made the attempt"]
    subject_type: Annotated[str, "source, item, article or stage"]
    subject: Annotated[str, "what was attempted: source id, file and entry, or article id and revision"]
    source_id: Annotated[str | None, "source concerned"] = None
    article_id: Annotated[str | None, "article concerned, once known"] = None
    status: Annotated[OutcomeStatus, "how it ended"]
    error_class: Annotated[str | None, "class of the error, where there was one"] = None
    message: Annotated[str | None, "reason in words"] = None
    payload: Annotated[str | None, "the refused input itself, cut to 20,000 characters"] = None
    rows: Annotated[int | None, "rows made or changed"] = None
    started_at: Annotated[datetime, "UTC"]
    duration_s: Annotated[float, "seconds"]


# --- extract: what stands in one article, written by the spaCy components to Doc._ ---------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DateExpression:
    """A date expression and the interval it denotes (``Doc._.dates``)."""

    start: int
    end: int
    text: str
    date_start: Annotated[date | None, "first day denoted; null where it cannot be known"]
    date_end: Annotated[date | None, "last day denoted, inclusive"]
    granularity: Annotated[Granularity, "unit the expression speaks in"]
    method: Annotated[str, "absolute, relative, weekday, month-by-tense, ..."]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place name found in the gazetteer (``Doc._.places``)."""

    start: int
    end: int
    text: str
    name: Annotated[str, "gazetteer name"]
    country_iso3: str | None
    lat: float | None
    lon: float | None
    precision: PlacePrecision


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A mention of somebody who can speak or act (``Doc._.mentions``), in order of start."""

    start: Annotated[int, "first character of the whole phrase"]
    end: Annotated[int, "end of the phrase, without relative clauses and trailing appositions"]
    text: Annotated[str, "the phrase as written"]
    head_start: Annotated[int, "first character of the name or head noun within the phrase"]
    head_end: Annotated[int, "end of the name or head noun"]
    label: Annotated[str, "entity label (PERSON, ORG, GPE, NORP, ...), ROLE for a common noun, PRON for a pronoun"]
    kind: Annotated[MentionKind, "what sort of thing is mentioned"]
    form: Annotated[str, "name or phrase to resolve: without determiner, title and possessive"]
    name: Annotated[str, "form of the fullest mention of the same actor in the article; form itself if none"]
    antecedent_start: Annotated[int | None, "start of that fullest mention, where it is another"] = None
    antecedent_end: Annotated[int | None, "its end"] = None
    link_method: Annotated[str, "self, surname, acronym, pronoun, role, apposition, ..."] = "self"
    role: Annotated[str | None, "role or title as written: 'foreign minister'"] = None
    affiliation: Annotated[str | None, "affiliation or nationality as written: 'US defence', 'Iranian'"] = None
    is_plural: Annotated[bool, "more than one person or body"] = False
    owner: Annotated[
        str | None, "whose it is by the article: the possessor's fullest name, or the country just spoken of"
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An attributed quotation, direct, mixed or indirect (``Doc._.quotes``)."""

    start: Annotated[int, "start of the first span"]
    end: Annotated[int, "end of the last span"]
    spans: Annotated[list[list[int]], "[start, end] of each piece; a split quotation is one quote; marks stay outside"]
    text: Annotated[str, "the pieces as written, joined by a space"]
    type: Annotated[QuoteType, "direct: all in quotation marks; mixed: partly; indirect: no marks"]
    sentence_start: Annotated[int, "start of the first sentence it stands in"]
    sentence_end: Annotated[int, "end of the last sentence it stands in"]
    speaker_text: Annotated[str | None, "speaker mention as written"] = None
    speaker_start: int | None = None
    speaker_end: int | None = None
    speaker_name: Annotated[str | None, "fullest form of the speaker in the article"] = None
    speaker_kind: Annotated[SpeakerKind, "sort of speaker"] = "unknown"
    speaker_role: Annotated[str | None, "role as written"] = None
    speaker_affiliation: Annotated[str | None, "affiliation as written"] = None
    antecedent_start: Annotated[int | None, "start of the mention that names the speaker, where it is another"] = None
    antecedent_end: int | None = None
    attribution_method: Annotated[str, "how the speaker was found: subject, colon, according-to, continuation, ..."]
    cue_text: Annotated[str | None, "cue as written"] = None
    cue_start: int | None = None
    cue_end: int | None = None
    cue_lemma: str | None = None
    cue_class: Annotated[str | None, "class of the cue: say, claim, warn, deny, ask, promise, ..."] = None
    addressee_text: Annotated[str | None, "who was told"] = None
    addressee_start: int | None = None
    addressee_end: int | None = None
    channel: Annotated[Channel, "how it was said"] = "unknown"
    confidence: Annotated[float, "share of such rows expected to be right, 0 to 1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One actor or recipient of an event mention."""

    role: Annotated[Role, "actor or recipient"]
    ordinal: Annotated[int, "position among those of the same role, from 0"]
    start: int
    end: int
    text: str
    name: Annotated[str, "fullest form in the article"]
    label: Annotated[str, "label of the mention"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A mention of a PLOVER event (``Doc._.events``)."""

    type: Annotated[str, "PLOVER event type"]
    mode: Annotated[str | None, "PLOVER mode"] = None
    contexts: Annotated[list[str], "PLOVER contexts"] = field(default_factory=list)
    status: Annotated[EventStatus, "whether and how it happened"]
    trigger_text: str
    trigger_start: int
    trigger_end: int
    sentence_start: int
    sentence_end: int
    participants: list[Participant] = field(default_factory=list)
    attributed_to: Annotated[str | None, "who says so, as written"] = None
    attributed_start: int | None = None
    attributed_end: int | None = None
    date_text: str | None = None
    date_start: Annotated[date | None, "first day on which it may have happened"] = None
    date_end: Annotated[date | None, "last such day"] = None
    date_granularity: str | None = None
    date_method: Annotated[str | None, "how the date was found; null where there is none"] = None
    place_text: str | None = None
    place_start: int | None = None
    place_end: int | None = None
    place_name: str | None = None
    place_country_iso3: str | None = None
    place_lat: float | None = None
    place_lon: float | None = None
    place_precision: str | None = None
    killed: Annotated[int | None, "number killed, as stated"] = None
    injured: int | None = None
    arrested: int | None = None
    rule_id: Annotated[str, "lexicon entry that matched"]
    confidence: Annotated[float, "share of such rows expected to be right, 0 to 1"]


# --- extract: the staged rows ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One row per article revision extracted."""

    article_id: str
    revision: str
    extractor_version: Annotated[str, "version of code, lexicon and model that read it"]
    published_on: Annotated[date | None, "day by which relative dates were read"]
    status: Annotated[OutcomeStatus, "extracted or failed"]
    sentences: int
    tokens: int
    mentions: int
    quotes: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What every extracted row carries before its own fields."""

    article_id: str
    revision: str
    extractor_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What a name or phrase stands for in the knowledge base (``extract.nlp.resolver``)."""

    actor_id: Annotated[str, "curated id, a stable id made from kind and form, or nobody where no actor is meant"]
    canonical_name: str
    kind: Annotated[str, "person, organisation, company, media, armed group, country, group, place, unnamed role"]
    country_iso3: str | None
    sector: Annotated[str | None, "PLOVER sector: GOV MIL LEG JUD COP SPY OPP REB CVL MED BUS CRM ..."]
    is_curated: bool
    method: Annotated[str, "alias, surname, acronym, country, country+role, organisation-pattern, uncurated, ..."]
