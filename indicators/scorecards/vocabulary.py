"""The words that councils' scorecards use, and what each means here. Pure.

A heading is taken apart into what its column holds, the period it speaks of, and whether it speaks
of the year as a whole. Words are data: what a council calls something new is one line more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from indicators.scorecards.periods import Period, heading_period, plain
from sorp.lexicon import Frequency, Polarity, Rag


class Role(StrEnum):
    """What a column, or a row among several of one indicator, holds."""

    REFERENCE = "reference"
    TITLE = "title"
    UNIT = "unit"
    POLARITY = "polarity"
    FREQUENCY = "frequency"
    PERIOD = "period"
    VALUE = "value"
    PREVIOUS = "previous"
    YEAR_BEFORE = "year before"
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    TARGET = "target"
    FLOOR = "floor"
    LOWER = "lower"
    UPPER = "upper"
    STATUS = "status"
    TRAVEL = "direction of travel"
    COMMENTARY = "commentary"
    SECTION = "section"
    AREA = "area"
    KIND = "kind"
    OTHER = "other"  # known, and nothing that is read: a comparator, a rank, a variance, a total


OF_PERIODS = frozenset(
    {Role.VALUE, Role.NUMERATOR, Role.DENOMINATOR, Role.TARGET, Role.FLOOR, Role.LOWER, Role.UPPER}
    | {Role.STATUS}
)

PI = r"(?:performance |key |strategic |corporate |local |activity |headline |service |success |council |kpi |lpi |pi |outcome )*"
# The first that fits wins, so the more particular stand first. Each is matched against the whole
# heading, in small letters, without its period.
HEADINGS: tuple[tuple[Role, str], ...] = (
    (
        Role.OTHER,
        r".*\b(england|national|nationally|scotland|wales|uk|benchmark\w*|comparator\w*|comparison|"
        r"nearest neighbours?|neighbours?|cipfa|regional|region|south east|county average|family group|"
        r"statistical|peers?|peer group|quartile|rank(ing)?|position|variance|variation|difference|diff|change|deviation|"
        r"gap|% of target|against profile|group average|all england|median|forecast|projection|projected|"
        r"predicted|expected outturn|expected year.?end|tolerance)\b.*",
    ),
    (
        Role.OTHER,
        r"(average|avg\.?|mean|total|grand total|sub-?total|count|weight(ing)?|score weighting)",
    ),
    (
        Role.POLARITY,
        r"(polarity|good is|good performance( is)?|aim( is)?|aim to|desired direction( of travel)?|desired|"
        r"which way is (good|better)|what is good( performance)?|what'?s good|(high|low|higher|lower|bigger|smaller|good)(er)? (or|/) "
        r"(high|low|higher|lower|bigger|smaller|bad)(er)?( is (good|better))?\??|better (if|is|when|to be)|good to be|"
        r"is high(er)? (good|better)\??|high is good\??|preferred direction|direction of good( performance)?|good direction|"
        r"optimum|optimal|improvement direction|performance direction|maximi[sz]e(/| or )minimi[sz]e|"
        r"good (high|low)|bigger is better\??|success is|looking for|best is|what good looks like|(is )?(lower|higher|low|high) (is )?(better|good)\??)",
    ),
    (
        Role.TRAVEL,
        r"(dot|d\.?o\.?t\.?|direction of travel|direction|travel|trend( .*)?|(short|long)[ -]?(term)? ?trend.*|"
        r"(qtr|quarter(ly)?|year|annual) trend|arrow|improv(ing|ed|ement)\??|performance trend|sparkline)"
        r"( \(.*\)| (since|from|against|on|v|vs) .*)?",
    ),
    (Role.OTHER, r"in range\??|within range\??|range status|activity status"),
    (
        Role.LOWER,
        r"(expected )?(lower|low|min(imum)?|bottom)( (limit|bound|range|expected|end|level|threshold))*( of range)?|expected (lower|from|low)|range (from|low|lower|min)|from \(expected\)",
    ),
    (
        Role.UPPER,
        r"(expected )?(upper|high|max(imum)?|top)( (limit|bound|range|expected|end|level|threshold))*( of range)?|expected (upper|to|high)|range (to|high|upper|max)|to \(expected\)",
    ),
    (
        Role.FLOOR,
        r"(floor( standard| target| level)?s?|(minimum|min) (standard|acceptable|level|target|performance).*|"
        r"(red|amber|amber/red|red/amber|lower|intervention) (threshold|trigger|boundary|limit|level|below|if).*|threshold( \(.*\))?|"
        r"red (below|above|if).*|intervention level|trigger( level| point)?)",
    ),
    (
        Role.STATUS,
        r"(b?rag\w*( .*)?|(.* )?(status|rag)( .*)?|(performance |kpi |pi )?rating( .*)?|traffic lights?|on target\?|"
        r"target met\??|met target\??|(performance )?(against|v|vs|versus) target|performance to target|"
        r"r/a/g|r\.a\.g\.?|how did we do\??|are we on (track|target)\??|assessment|alert|colour|light|symbol|smiley|judgement)",
    ),
    (
        Role.TARGET,
        r"green (if|when|above|below|threshold|boundary|level|at).*|((expected|acceptable|normal|agreed) )?range( \(.*\))?|(.* )?(targets?|tgt|standard|aim for|goal|ambition|plan(ned)? level|profile)( .*)?|targets?[:/].*|planned|budget(ed)?",
    ),
    (Role.NUMERATOR, r"(numerators?|num\.?|numer\.?|top line|numerator .*|n)"),
    (
        Role.DENOMINATOR,
        r"(denominators?|den\.?|denom\.?|bottom line|base|denominator .*|sample( size)?|out of|d)",
    ),
    (
        Role.YEAR_BEFORE,
        r"(same (quarter|period|time|month) (last|previous|prior) year.*|(last|previous|prior) year( (quarter|same quarter|same period|result|actual|performance|value))?|year ago|"
        r"this time last year|quarter last year|py|prior year)",
    ),
    (
        Role.PREVIOUS,
        r"(previous|last|prior|preceding)( (quarter|qtr|period|month|result|value|actual|performance|figure|rag|outturn))?('s)?"
        r"( (result|value|actual|performance|figure|outturn))?",
    ),
    (
        Role.FREQUENCY,
        r"(reporting |collection |reported |data )?(frequency|freq\.?|interval|how often)( .*)?|reported|periodicity",
    ),
    (
        Role.UNIT,
        r"(units?( of measure(ment)?)?|measurement( unit)?|measured (in|as)|measure type|unit type|uom|data type|value type|format|number format|expressed as|type of (figure|measure)|%/no\.?|% or (no|number)\.?)",
    ),
    (
        Role.REFERENCE,
        rf"({PI}(indicators?|measures?|pi|kpi|metric)? ?(ref|refs|reference|references|code|codes|id|ids|no|number|num)\.?"
        rf"( (no|number|code|id)\.?)?|#|s/n|item( no\.?)?|{PI}(kpi|pi|lpi) ?#|reference|unique id|n[oº°]\.?)",
    ),
    (
        Role.COMMENTARY,
        r"(.* )?(comment|comments|commentary|narrative|notes?|explanation|remarks|action|actions|analysis|context|"
        r"what we are doing|reason|reasons|rationale|update|mitigation|supporting text|background|further information)( .*)?",
    ),
    (
        Role.OTHER,
        r"(definition|indicator definition|methodology|data source|source|calculation|how it is (measured|calculated)|why it matters|"
        r".*\b(owner|manager|lead|leads|officer|contact|responsible|accountable|responsibility|cabinet member|portfolio holder|member|director|data provider|collected by|author|sponsor)\b.*|last updated?|"
        r"date (updated|of update|collected|entered)|data as at|due date|deadline|tier|level|kind|type|indicator type|category|data quality|confidence|group|tags?)",
    ),
    (
        Role.SECTION,
        r"(directorate|service( area| name)?|department|division|team|portfolio|priority|priorities|strategic (priority|aim|objective|theme|outcome)|corporate (priority|objective|plan .*|aim|theme)|"
        r"objective|objectives|theme|outcome|aim \d|goal area|section|business unit|head of service|council plan .*|pillar|programme)",
    ),
    (
        Role.AREA,
        r"(area|council|authority|local authority|la|organisation|org(anisation)? name|council name|la name|place|geography|district|area name|body)",
    ),
    (
        Role.PERIOD,
        r"(period|time ?period|reporting period|quarter|qtr|month|date|year|financial year|fy|fin(ancial)? yr|quarter end(ing|ed)?|month end(ing)?|period end(ing|ed)?|"
        r"(collection|data|latest|reporting|result|reported|value|actual) (period|date|month|quarter)|as at|period covered|latest period|year ?/ ?quarter|quarter ?/ ?year|reporting quarter)",
    ),
    (
        Role.KIND,
        r"(measure (name|kind)|row|line|series|data item|item type|element|figure type|target/actual|actual/target|data)",
    ),
    (
        Role.TITLE,
        rf"({PI}(indicators?|measures?|kpis?|pis?|metrics?|lpis?)( (title|name|description|details?|text|short name|long name|definition))?|"
        rf"(short |full |long |pi |kpi |indicator |measure )?(name|title|description|desc\.?)( of (the )?{PI}(indicator|measure|kpi|pi))?|"
        r"what (we|do we|is|are we)( \w+)? (measur\w*|being measured).*|measure of success|success measures?|key measures?|success criteria)",
    ),
    (
        Role.VALUE,
        r"(.* )?(actuals?|act\.?|values?|results?|outturns?|performance|figures?|achieved|achievement|score|scores|latest|current|reported|data|out-turn|outcome|level|amount|perf\.?|position)( .*)?",
    ),
)
COMPILED = tuple((role, re.compile(shape)) for role, shape in HEADINGS)

OF_THE_YEAR = re.compile(
    r"\b(annual|annually|out-?turns?|year[- ]?end|end of year|full[- ]?year|whole year|ytd|year[- ]to[- ]date|to date|cumulative|"
    r"year total|12 months?|eoy)\b"
)
TO_DATE = re.compile(r"\b(ytd|year[- ]to[- ]date|to date|cumulative)\b")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading says: a role, or none; a period, or none; and whether it speaks of the year."""

    role: Role | None
    period: Period | None
    is_of_the_year: bool = False
    is_to_date: bool = False
    rest: str = ""
    hint: Polarity | None = None

    @property
    def says_something(self) -> bool:
        return self.role is not None or self.period is not None


COUNT_HEADING = re.compile(
    r"(number |no\.? |%|total )?(of )?(green|amber|red|yellow|blue|grey|on target|off target|within (target|tolerance|\d+ ?%)|near target|close to target|"
    r"below target|above target|not rated|not on target|at risk|target met|missed target|target missed|n/a|no data|no target|no rag|data only|met|missed|not met|slightly missed)s?( \(.*\))?"
)


def heading(text: str) -> Heading:
    """Take a column's heading apart. A period alone heads figures of that period."""
    if len(text) > 110 or COUNT_HEADING.fullmatch(plain(text)):
        return Heading(None, None)
    period, rest = heading_period(text)
    rest = re.sub(r"[*†‡§]+|\((%|£|no\.?|number)\)|[:]+$", " ", rest)
    rest = re.sub(r"\s+", " ", rest).strip(" -:,|.")
    is_of_the_year = bool(OF_THE_YEAR.search(rest))
    is_to_date = bool(TO_DATE.search(rest))
    role: Role | None = None
    if rest:
        bare = re.sub(r"^(the|our|this|per|for|in|at|to|end|of) ", "", rest)
        for each, shape in COMPILED:
            if shape.fullmatch(rest) or shape.fullmatch(bare):
                role = each
                break
        if role is None and is_of_the_year:
            role = Role.VALUE
        if role is None and rest in (
            "this quarter",
            "quarter",
            "quarterly",
            "this period",
            "this month",
            "now",
        ):
            role = Role.VALUE
        if role is None and rest in ("%", "£", "no", "number", "days"):
            role = Role.VALUE if period is not None else None
    if role is Role.PERIOD and period is not None:
        role = None
    if role is None and rest and period is not None and len(rest.split()) > 4:
        return Heading(None, None, rest=rest)  # a sentence or a title that happens to name a month
    return Heading(role, period, is_of_the_year, is_to_date, rest)


KINDS: dict[Role, str] = {
    Role.VALUE: r"(actuals?|act\.?|results?|performance|values?|outturn|achieved|reported|current|figure|data|perf\.?|this year|actual (performance|result|value)|score)( \((%|£|no\.?|number|days)\))?",
    Role.TARGET: r"(targets?|tgt|planned?|profile|target (value|level|figure)|quarterly targets?|monthly targets?)( \((%|£|no\.?|number|days)\))?",
    Role.FLOOR: r"(floor( standard| target)?|threshold|minimum( standard)?|lower threshold|red threshold)",
    Role.LOWER: r"(lower|expected lower|lower limit)",
    Role.UPPER: r"(upper|expected upper|upper limit)",
    Role.STATUS: r"(b?rag( status| rating)?|status|rating|performance status|traffic light)",
    Role.NUMERATOR: r"(numerator|num\.?)",
    Role.DENOMINATOR: r"(denominator|den(om)?\.?)",
    Role.TRAVEL: r"(dot|direction of travel|trend|travel)",
    Role.COMMENTARY: r"(comments?|commentary|notes?|narrative)",
    Role.OTHER: r"(variance|difference|(last|previous|prior) year( actual)?|england( average)?|national( average)?|comparator|benchmark|cumulative( actual| target)?|ytd( actual| target)?|year to date( actual| target)?|rank|quartile|forecast)",
}
KIND_SHAPES = tuple((role, re.compile(shape)) for role, shape in KINDS.items())


def row_kind(text: str) -> Role | None:
    """What a row of its indicator holds, where a word in it says so: Actual, Target, RAG."""
    words = plain(text).strip(" :.-")
    return next((role for role, shape in KIND_SHAPES if shape.fullmatch(words)), None)


WITH_KIND = re.compile(
    r"(.{6,}?)[\s]*(?:[-:–—|]|\()\s*(actuals?|results?|targets?|rag(?: status| rating)?|status|numerator|denominator|floor(?: standard)?)\)?\s*",
    re.IGNORECASE,
)


def title_and_kind(text: str) -> tuple[str, Role | None]:
    """A title, and what its row holds where the title ends with that: "Rough sleepers - Target"."""
    found = WITH_KIND.fullmatch(text)
    return (found[1].strip(), row_kind(found[2])) if found else (text, None)


UNITS: tuple[tuple[str, str], ...] = (
    (r"%|per ?cent(age)?s?|pct|percentage.*|proportion|rate \(%\)|% .*", "%"),
    (r"£ ?m(illions?|n)?\.?|£ ?\(?millions?\)?|millions? \(?£\)?|£m", "£m"),
    (r"£ ?'?000s?|£ ?k|£ ?thousands?|£ \('?000s?\)|'000s? £", "£000"),
    (r"£|gbp|pounds?( sterling)?|currency|money|£ .*|cost", "£"),
    (r"(working |calendar |average )?days?", "days"),
    (r"weeks?", "weeks"),
    (r"months?", "months"),
    (r"hours?|hrs?", "hours"),
    (r"min(ute)?s?", "minutes"),
    (r"sec(ond)?s?", "seconds"),
    (r"years?", "years"),
    (r"tonnes?", "tonnes"),
    (r"kg|kgs|kilograms?", "kg"),
    (
        r"number|numbers|no\.?|num\.?|nr\.?|count|#|integer|numeric|whole number|volume|n|figure",
        "number",
    ),
    (r"'000s?|thousands?", "thousands"),
    (r"ratio", "ratio"),
    (r"score|points?|index", "score"),
)


def unit_named(text: str) -> str:
    """The unit that a cell of units names, as it is written here; its own words where it is another."""
    words = plain(text).strip(" .()")
    if not words or words in ("-", "n/a", "na", "none"):
        return ""
    for shape, unit in UNITS:
        if re.fullmatch(shape, words):
            return unit
    return text.strip()[:40]


IN_BRACKETS = re.compile(r"[(\[]\s*([^()\[\]]{1,20})\s*[)\]]")
PERCENT_TITLE = re.compile(
    r"^\s*%|%\s*$|^\s*(the )?(%|per ?cent(age)?|proportion)\b|\b(percentage|proportion|per cent|%) of\b|\s%\s",
    re.IGNORECASE,
)
DAYS_TITLE = re.compile(
    r"\b(average|mean|number of|working|avg)\b[^()]*\bdays\b(?! of\b)|\bdays (lost|taken|to|per)\b|\bin days\b",
    re.IGNORECASE,
)
WITHIN = re.compile(
    r"\b(within|in|over|under|after|less than|more than)\b[^()]{0,24}\bdays\b", re.IGNORECASE
)


def unit_in_title(title: str) -> str:
    """The unit that a title names: (%), (number), (£), (£m), at its end or in brackets."""
    for inside in reversed(IN_BRACKETS.findall(title)):
        words = plain(inside).strip(" .")
        for shape, unit in UNITS:
            if re.fullmatch(shape, words) and words not in ("n",):
                return unit
    if found := re.search(r"£ ?('?000s?|k|m(illions?)?)\b", title, re.IGNORECASE):
        return "£000" if found[1].lower().strip("'") in ("000", "000s", "k") else "£m"
    if PERCENT_TITLE.search(title):
        return "%"
    if DAYS_TITLE.search(title) and not WITHIN.search(title):
        return "days"
    return ""


HIGHER = re.compile(
    r"(aim to )?(high|higher|bigger|big|large|larger|more|up|increase|increasing|maximi[sz]e|max|rise|above|\+|h|hb|up is good|positive|grow|growth)"
    r"( is)?( (good|better|best))?|[▲↑⇧⬆]+( .*)?|(increase|high|higher|bigger|more|maximi[sz]e|up|greater)\b.*|good (if|when) (high|up).*"
)
LOWER = re.compile(
    r"(aim to )?(low|lower|smaller|small|less|fewer|down|decrease|decreasing|reduce|reduction|minimi[sz]e|min|fall|below|-ve|l|lb|down is good|negative)"
    r"( is)?( (good|better|best))?|[▼↓⇩⬇]+( .*)?|(decrease|low|lower|smaller|less|fewer|minimi[sz]e|down|reduce)\b.*|good (if|when) (low|down).*"
)
RANGE = re.compile(
    r"(within )?(a )?range|in range|maintain|stable|steady|goldilocks|plan is best|on plan|between.*|target is best|hold"
)
NEITHER = re.compile(
    r"-+|n/?a\.?|neither( .*)?|none|monitor( only)?|contextual|context|data only|volume|no polarity|not applicable|neutral|tracking|information( only)?|demand|activity|for information"
)


def polarity_named(text: str) -> Polarity | None:
    """Which way is better by these words; None where they do not say."""
    words = plain(text).strip(" .()")
    if re.fullmatch(r"[+]", words):
        return Polarity.HIGHER
    for shape, polarity in (
        (NEITHER, Polarity.NONE),
        (RANGE, Polarity.RANGE),
        (LOWER, Polarity.LOWER),
        (HIGHER, Polarity.HIGHER),
    ):
        if shape.fullmatch(words):
            return polarity
    return None


FREQUENCIES: tuple[tuple[str, Frequency], ...] = (
    (r"(m|monthly|month|every month|each month|12|per month)", Frequency.MONTHLY),
    (
        r"(q|qtr|quarterly|quarter|every quarter|each quarter|per quarter|3 monthly|termly|4)",
        Frequency.QUARTERLY,
    ),
    (
        r"(h|half[- ]?yearly|bi-?annual(ly)?|six[- ]monthly|6 monthly|twice a year|half year|2)",
        Frequency.HALF_YEARLY,
    ),
    (
        r"(a|y|annual(ly)?|yearly|year|every year|once a year|annual (measure|indicator|survey).*|1)",
        Frequency.ANNUAL,
    ),
    (r"(biennial(ly)?|two[- ]?yearly|every (two|2) years|2 yearly)", Frequency.TWO_YEARLY),
)


def frequency_named(text: str) -> Frequency | None:
    words = plain(text).strip(" .()")
    return next(
        (each for shape, each in FREQUENCIES if re.fullmatch(shape, words)),
        None,
    )


GREEN = {
    *(
        "g",
        "green",
        "on target",
        "met",
        "achieved",
        "target met",
        "target achieved",
        "ok",
        "on track",
        "exceeded",
    ),
    *(
        "above target",
        "exceeding target",
        "exceeding",
        "target exceeded",
        "pass",
        "good",
        "met target",
        "on or above target",
        "✓",
        "✔",
        "☺",
        "😊",
        "😀",
        "🟢",
        "🙂",
    ),
    *(
        "better than target",
        "at target",
        "meeting target",
        "on or better than target",
        "on plan",
        "green star",
        "performing well",
        "well above target",
        "at or above target",
        "ahead of target",
        "better",
        "within target",
    ),
}
AMBER = {
    *(
        "a",
        "amber",
        "y",
        "yellow",
        "warning",
        "close to target",
        "near target",
        "slightly below target",
        "slightly off target",
    ),
    *(
        "within tolerance",
        "at risk",
        "just off target",
        "within threshold",
        "just below target",
        "slightly below",
        "narrowly missed",
        "just missed",
        "orange",
    ),
    *(
        "slightly missed",
        "😐",
        "🟡",
        "🟠",
        "off target (within tolerance)",
        "below target (within tolerance)",
        "target slightly missed",
        "minor variance",
        "almost met",
        "partially met",
        "nearly met",
        "some concerns",
        "close",
        "below target within tolerance",
        "slightly under target",
        "slightly worse than target",
        "marginally below target",
    ),
}
RED = {
    *(
        "r",
        "red",
        "alert",
        "off target",
        "missed",
        "not met",
        "not achieved",
        "fail",
        "failed",
        "target missed",
        "target not met",
    ),
    *(
        "target not achieved",
        "significantly below target",
        "✗",
        "✘",
        "✕",
        "☹",
        "😟",
        "😞",
        "🔴",
        "well below target",
        "under target",
        "underperforming",
        "well off target",
        "below floor",
        "outside tolerance",
        "significantly off target",
        "serious concerns",
        "far from target",
        "poor",
    ),
    *(
        "worse than target",
        "not on target",
        "missing target",
        "did not meet target",
        "significantly worse than target",
        "behind target",
        "off track",
    ),
}
BELOW = {"below target", "below", "under", "not on track", "behind"}
NO_STATUS = {
    *(
        "",
        "-",
        "--",
        "n/a",
        "na",
        "n.a.",
        "data only",
        "data-only",
        "unknown",
        "no target",
        "no target set",
        "not rated",
        "no data",
        "grey",
        "gray",
    ),
    *(
        "not due",
        "contextual",
        "monitor",
        "tbc",
        "not available",
        "blue",
        "none",
        "no rag",
        "no status",
        "baseline",
        "awaiting data",
        "not applicable",
        "monitor only",
    ),
    *(
        "white",
        "black",
        "n/k",
        "?",
        "complete",
        "not set",
        "pending",
        "no rating",
        "annual",
        "not yet due",
        "data not available",
        "information only",
        "purple",
        "x",
        "trend only",
        "not reported",
        "not yet available",
        "⚪",
        "⚫",
        "🔵",
        "d",
        "n",
        "b",
        "u",
        "no figure",
    ),
}


def status_named(text: str) -> tuple[Rag | None, bool]:
    """The colour that words name, and whether they are known at all."""
    words = plain(text).strip(" .*").strip()
    stripped = re.sub(r"[●■▲▼◆★⬤◉○☐▪•◼🟩🟥🟨🟧⇧⇩⇔↑↓→←]+", " ", words).strip(" ()-:")
    for each in (words, stripped):
        if each in GREEN:
            return Rag.GREEN, True
        if each in AMBER:
            return Rag.AMBER, True
        if each in RED:
            return Rag.RED, True
        if each and each in NO_STATUS:
            return None, True
    if words in NO_STATUS:
        return None, True
    colours = re.findall(r"\b(green|amber|yellow|red)\b", words)
    if len(set(colours)) == 1 and len(words) < 60:
        return {"green": Rag.GREEN, "red": Rag.RED}.get(colours[0], Rag.AMBER), True
    return None, False


def meaning_of(text: str) -> Rag | None:
    """The colour that a line of a key explains: within 10 % of the target is amber."""
    words = plain(text)
    if re.search(r"no (target|data|figure)|data only|not (rated|due|available|applicable)", words):
        return None
    if re.search(
        r"more than|not (been )?(achieved|met|on)|significant|seriously|outside (of )?(the )?toleran|> ?\d+ ?%|well below|by over|"
        r"(over|at least|greater than) \d+ ?%|below (the )?floor|exceeds? (the )?toleran|fail|worse than (the )?(floor|threshold)",
        words,
    ):
        return Rag.RED
    if re.search(
        r"within|slight|up to|close|near|toleran|\bbut\b|less than \d+ ?%|narrow|marginal|just (below|off|missed)|< ?\d+ ?%",
        words,
    ):
        return Rag.AMBER
    if re.search(r"met|achiev|exceed|on or|on target|at target|above|better|at or", words):
        return Rag.GREEN
    if re.search(r"below|miss|off|under|worse", words):
        return Rag.RED
    named, _ = status_named(text)
    return named


WAY_IN_TITLE = re.compile(
    r"[(\[,;-]\s*(?:(?P<lower>low|lower|smaller|less|fewer|decrease)|(?P<higher>high|higher|bigger|larger|more|increase))(?: number)?(?: is| =)?(?: better| good| best)\s*[)\]]?",
    re.IGNORECASE,
)
TOTAL_TITLE = re.compile(
    r"(sub-?|grand |council |overall |directorate |section )?totals?|averages?|mean|overall( average| score)?|count|sum|"
    r"(number|no\.?|total|count|%|percentage|proportion) (of|with|on|rated)? ?(all |rated |our )?(indicators|measures|kpis|pis|lpis)\b.*|"
    r"(indicators|measures|kpis|pis) (with|on|rated|at|not|above|below)\b.*|total (indicators|measures|kpis|pis|green|amber|red).*|"
    r"(green|amber|red|not rated|no data)s?( total)?",
    re.IGNORECASE,
)
COMPARATOR_TITLE = re.compile(
    r"(the )?(england|english|national|regional|region|scotland|scottish|wales|welsh|uk|south east|county|all england|family group|peer group|cipfa|nearest neighbours?|benchmark|comparator)"
    r"( (average|mean|median|figure|comparison|comparator|result|group))*( \(.*\))?|(national|regional|england) .{0,20}(average|median)",
    re.IGNORECASE,
)
NOTES = re.compile(
    r"(foot)?notes?:?|key( to .*)?:?|legend:?|glossary:?|definitions:?|.*\bsummary( .*)?:?|rag (key|summary).*",
    re.IGNORECASE,
)
PROVISIONAL = re.compile(
    r"\b(provisional|prov\.?|interim|draft|unvalidated|not (yet )?validated|unaudited|subject to (change|validation|audit))\b",
    re.I,
)
ESTIMATED = re.compile(r"\b(estimated?|est\.?|approximate(ly)?|modelled|projected)\b", re.I)
ROLLING = re.compile(
    r"\brolling (12|twelve)[ -]months?|rolling year|12[- ]month rolling|last 12 months", re.I
)
SINCE_APRIL = re.compile(r"\b(cumulative|year to date|ytd|since april)\b", re.I)
LOWER_TITLE = re.compile(
    r"\b(days lost|sickness|absence|complaints?|waiting|wait|delay|delayed|overdue|outstanding|arrears|missed|failed|vacan(t|cy)|void|turnover|"
    r"re-?referrals?|re-?offending|crime|incidents?|fires?|deaths?|killed|injured|casualt|unemploy\w*|homeless|rough sleep|temporary accommodation|"
    r"cost|costs|spend|overspend|time taken|turnaround|average (time|days|number of days)|time to|residual waste|landfill|fly.?tip|emission|carbon|"
    r"evict|exclusions?|absen|placements? breakdown|neet|upheld|appeals? (lost|allowed)|abandon\w*|errors?|days to)\b",
    re.I,
)
