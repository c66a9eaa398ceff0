"""What is worth asking about a figure: whatever is likely to be wrong. Questions ask, and never block.

One function makes them for the form, the workbook, a file and the record, so that all ask the same in
the same words. What compares with what is the reporting pattern's to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from math import gcd
from statistics import median

from core.figures import as_number
from core.quarters import Quarter
from core.words import Word
from indicators.rules.entry import Entry, is_count
from indicators.rules.rating import scale_of
from sorp.lexicon import Confidence
from sorp.rules.patterns import EVERY_QUARTER, YEAR, Pattern

FEW, SMALL = Decimal(5), Decimal(10)  # fewer than five may name somebody; fewer than ten swing
MANY_TIMES = Decimal(3)
HUNDREDFOLD = (Decimal(50), Decimal(200))  # between these, a ratio is "about a hundred"
ENOUGH = 5  # earlier values, before a new one can be called unlike them
REMEMBERED = 8  # earlier values that a new one is compared with
ENOUGH_ALIKE = 4  # earlier values, before a habit can be seen in how they are written
RARELY_NOUGHT = Decimal(5)  # counts that lie about here or above are nought by chance once in 150
DIGITS_BY_CHANCE = 3  # a figure of more digits is not given twice running by chance
STEPS_APART = 40  # a series that moves by so many of its last digit seldom stands still by chance
FULL = (
    Decimal(0),
    Decimal(1),
    Decimal(100),
)  # none or all: a share stands there without being rounded
HUNDRED = Decimal(100)


class QuestionKey(Word):
    """What a question is about. Kept with the result, so a key once given stays."""

    NOUGHT = "nought", "A zero after other values"
    HUNDREDFOLD = "hundredfold", "A hundred times too large or too small"
    TIMES = "times", "Many times the figure before"
    NEGATIVE = "negative", "A figure on the other side of zero"
    CHANGE = "change", "A change beyond the series’ own spread"
    SHARE = "share", "A numerator above its denominator"
    PERCENTAGE = "percentage", "A percentage beyond 0 to 100"
    SAME = "same", "The same figure as last time"
    ROUNDED = "rounded", "A rounded figure where others are not"
    NOT_DUE = "not_due", "A result for a quarter in which none is due"
    TARGET = "target", "A target not renewed since the year before"
    RECOGNISABLE = "recognisable", "A denominator by which somebody may be recognised"
    SWING = "swing", "A denominator of which one case moves the result far"
    MARK = "mark", "A mark beside the figure"


# What to weigh before it is said in public. They doubt no figure, and so want no answer.
CAUTIONS = frozenset({QuestionKey.RECOGNISABLE, QuestionKey.SWING, QuestionKey.MARK})
# After these there may be no figure at all, or another than was meant.
GRAVE = frozenset(
    {QuestionKey.NOUGHT, QuestionKey.HUNDREDFOLD, QuestionKey.SHARE, QuestionKey.PERCENTAGE}
)
# After these the figure is looked at again before anything else is asked for.
DOUBTS_THE_FIGURE = GRAVE | {QuestionKey.TIMES, QuestionKey.NEGATIVE}


@dataclass(frozen=True, slots=True)
class FigureQuestion:
    """One question, in words that hold the figures it is about."""

    key: QuestionKey
    words: str

    @property
    def wants_answer(self) -> bool:
        return self.key not in CAUTIONS

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class EarlierFigure:
    """What an indicator came to in an earlier quarter."""

    quarter: Quarter
    value: Decimal
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is known of an indicator when a figure of it comes in."""

    quarter: Quarter
    pattern: Pattern = EVERY_QUARTER
    measure_unit: str = ""
    decimals: int = 0
    may_be_negative: bool | None = None  # None where nobody has said
    earlier: Sequence[EarlierFigure] = ()  # latest first, none from before a definition break
    limits: Sequence[Decimal] = ()  # its target, floor standard and range, where it has any
    target: Decimal | None = None
    target_since: Quarter | None = None  # the quarter from which the target is in force
    target_is_renewed: bool = False  # whether it has been set anew before
    given: Collection[Quarter] = ()  # the earlier quarters of which a result was given

    @property
    def comparable(self) -> Sequence[EarlierFigure]:
        """The earlier figures that say something of this one, latest first."""
        if not self.pattern.restarts_in_april:
            return self.earlier
        return [
            each for each in self.earlier if self.pattern.comparable(each.quarter, self.quarter)
        ]

    @property
    def compared(self) -> EarlierFigure | None:
        """The one that this figure is first held against: last time's, or last year's by season."""
        by_quarter = {each.quarter: each for each in self.comparable}
        like = self.quarter.back(YEAR)
        if self.pattern.is_by_season and like in by_quarter:
            return by_quarter[like]
        before = self.pattern.compared_with(self.quarter, by_quarter)
        return by_quarter[before] if before else next(iter(by_quarter.values()), None)

    def written(self, value: Decimal) -> str:
        """A figure as people know it, with as many decimals as it takes not to print it as nought."""
        decimals = self.decimals
        while value and decimals < 6 and not round(value, decimals):
            decimals += 1
        return as_number(value, decimals, self.measure_unit)


def questions(entry: Entry, about: Background) -> tuple[FigureQuestion, ...]:
    """What is to be weighed by whoever typed the figure, most telling first. Each key at most once."""
    if not entry.figures_are_sound:
        return ()
    found = [
        question
        for of_kind in (_of_size, _of_share, _of_writing, _of_time, _of_small_numbers)
        if (question := next(of_kind(entry, about), None)) is not None
    ]
    if (stale := _of_target(entry, about)) is not None:
        found.append(stale)
    marked = (FigureQuestion(QuestionKey.MARK, words) for words in entry.asked[:1])
    return (*marked, *found)


# Each of these yields its questions by how much they say; the first is asked.


def _of_size(entry: Entry, about: Background) -> Iterator[FigureQuestion]:
    value = entry.worked_out
    if value is None:
        return
    yield from _of_nought(value, about)
    yield from _of_hundredfold(value, about)
    yield from _of_sign(value, about)
    if entry.definition_break:
        return  # it says itself that it compares with nothing before
    yield from _of_times(value, about)
    yield from _of_change(value, about)


def _of_nought(value: Decimal, about: Background) -> Iterator[FigureQuestion]:
    """A nought among figures that are never about nought: typed, perhaps, for want of a figure."""
    if value != 0:
        return
    others = [each.value for each in about.comparable[:REMEMBERED] if each.value != 0]
    last = about.compared
    if last is None:
        expected = min((abs(each) for each in about.limits if each), default=Decimal(0))
        if expected >= RARELY_NOUGHT:
            target = about.target if about.target is not None else expected
            yield FigureQuestion(
                QuestionKey.NOUGHT,
                f"{about.written(value)}, where the target is {about.written(target)}: is there a"
                " figure at all?",
            )
        return
    if last.value == 0 or 4 * len(others) < 3 * min(len(about.comparable), REMEMBERED):
        return
    if min(others) < 0 < max(others):
        return  # nought lies between them
    nearest = min(abs(each) for each in others)
    spread = max(others) - min(others)
    if nearest >= RARELY_NOUGHT or (not _counts(about) and nearest > spread):
        yield FigureQuestion(
            QuestionKey.NOUGHT,
            f"{about.written(value)} after {about.written(last.value)}: is there a figure at all?",
        )


def _of_hundredfold(value: Decimal, about: Background) -> Iterator[FigureQuestion]:
    """A percentage typed as a fraction, or a fraction as a percentage; pounds for pence."""
    known = [each.value for each in about.comparable[:REMEMBERED] if each.value > 0]
    if value <= 0:
        return
    if known:
        usual, what = Decimal(median(known)), "earlier results lay about"
    elif about.measure_unit.strip() == "%" and about.target is not None and about.target > 0:
        usual, what = about.target, "the target is"
    else:
        return
    least, most = HUNDREDFOLD
    written = f"{about.written(value)}, where {what} {about.written(usual)}"
    is_percentage = about.measure_unit.strip() == "%"
    if least <= usual / value <= most or (is_percentage and value <= 1 and usual > SMALL):
        if is_percentage:
            yield FigureQuestion(
                QuestionKey.HUNDREDFOLD,
                f"{written}: is it a fraction? {about.written(value)} would be"
                f" {about.written(value * HUNDRED)} (a spreadsheet keeps 76.4% as 0.764)",
            )
        else:
            yield FigureQuestion(QuestionKey.HUNDREDFOLD, f"{written}: is it a hundredth of it?")
    elif least <= value / usual <= most:
        question = (
            "is it a percentage, and not the fraction that is asked for?"
            if usual <= 1
            else "is it a hundred times too large?"
        )
        yield FigureQuestion(QuestionKey.HUNDREDFOLD, f"{written}: {question}")


def _of_sign(value: Decimal, about: Background) -> Iterator[FigureQuestion]:
    """Below nought where nobody said that it may be; above it where all the others were below."""
    known = [each.value for each in about.comparable[:REMEMBERED]]
    if value < 0 and about.may_be_negative is None:
        if not any(each < 0 for each in (*known, *about.limits)):
            last = f", after {about.written(known[0])}" if known else ""
            yield FigureQuestion(
                QuestionKey.NEGATIVE,
                f"{about.written(value)} is below zero{last}: is this right?",
            )
    elif value > 0 and len(known) > 1 and all(each < 0 for each in known):
        yield FigureQuestion(
            QuestionKey.NEGATIVE,
            f"{about.written(value)} is above zero, and the last {len(known)} results were below"
            " it: is the minus sign missing?",
        )


def _of_times(value: Decimal, about: Background) -> Iterator[FigureQuestion]:
    """Many times last time's, or one of many, unless so small that chance does it."""
    last = about.compared
    if last is None or last.value <= 0 or value <= 0:
        return
    larger, smaller = max(value, last.value), min(value, last.value)
    if larger < MANY_TIMES * smaller or (_counts(about) and smaller < FEW and larger < SMALL):
        return
    known = [each.value for each in about.comparable[:REMEMBERED]]
    if len(known) >= ENOUGH and min(known) <= value <= max(known):
        return  # it has been there before
    times = larger / smaller
    said = as_number(times, 0 if times >= 10 else 1).removesuffix(".0")
    more = f"{said} times" if value > last.value else f"{said} times less than"
    yield FigureQuestion(
        QuestionKey.TIMES,
        f"{about.written(value)} is {more} the {about.written(last.value)} of {last.quarter}: is"
        " this right?",
    )


def _of_change(value: Decimal, about: Background) -> Iterator[FigureQuestion]:
    """Farther from the earlier figures than they lie from one another."""
    known = [each.value for each in about.comparable[:REMEMBERED]]
    last = about.compared
    if about.pattern.seasonal and not about.pattern.restarts_in_april:
        yield from _of_change_in_a_year(value, about)
        return
    if last is None or len(known) < ENOUGH:
        return
    least, most = min(known), max(known)
    spread = max(most - least, _last_digit(known))
    if least - spread <= value <= most + spread:
        return
    if most == least:
        between = f"were all {about.written(least)}"
    else:
        between = f"lay between {about.written(least)} and {about.written(most)}"
    yield FigureQuestion(
        QuestionKey.CHANGE,
        f"{about.written(value)} after {about.written(last.value)}; the last {len(known)} results"
        f" {between}: is this right?",
    )


def _of_change_in_a_year(value: Decimal, about: Background) -> Iterator[FigureQuestion]:
    """By season: its change on the same quarter of the year before, beside earlier such changes."""
    by_quarter = {each.quarter: each.value for each in about.comparable}
    before = by_quarter.get(about.quarter.back(YEAR))
    changes = [
        each - by_quarter[quarter.back(YEAR)]
        for quarter, each in by_quarter.items()
        if quarter.back(YEAR) in by_quarter
    ][:REMEMBERED]
    if before is None or len(changes) < ENOUGH:
        return
    least, most = min(changes), max(changes)
    spread = max(most - least, _last_digit(list(by_quarter.values())))
    if not least - spread <= value - before <= most + spread:
        yield FigureQuestion(
            QuestionKey.CHANGE,
            f"{about.written(value)}, and {about.written(before)} in the same quarter of the year"
            " before: a change beyond those of earlier years. Is this right?",
        )


def _of_share(entry: Entry, about: Background) -> Iterator[FigureQuestion]:
    """More than all, or a percentage that cannot be, unless the indicator has been there."""
    value = entry.worked_out
    if value is None or about.measure_unit.strip() != "%":
        return
    known = (*(each.value for each in about.earlier), *about.limits)
    if value > HUNDRED and not any(each > HUNDRED for each in known):
        numerator, denominator = entry.numerator, entry.denominator
        if numerator is not None and denominator is not None:
            yield FigureQuestion(
                QuestionKey.SHARE,
                f"The numerator, {as_number(numerator)}, is above the denominator,"
                f" {as_number(denominator)}: are they the right way round?",
            )
        yield FigureQuestion(
            QuestionKey.PERCENTAGE, f"{about.written(value)} is more than 100%: is this right?"
        )
    below = value < 0 and about.may_be_negative is False
    if below and not any(each < 0 for each in known):
        yield FigureQuestion(
            QuestionKey.PERCENTAGE, f"{about.written(value)} is less than 0%: is this right?"
        )


def _of_writing(entry: Entry, about: Background) -> Iterator[FigureQuestion]:
    """A figure that looks copied, or guessed."""
    if entry.definition_break:
        return
    earlier = about.comparable[:REMEMBERED]
    last = about.compared
    counts = (entry.numerator, entry.denominator)
    if entry.numerator is not None and entry.denominator is not None:
        if last and counts == (last.numerator, last.denominator):
            alike = [each for each in earlier if (each.numerator, each.denominator) == counts]
            if 0 < entry.numerator != entry.denominator > HUNDRED and len(alike) == 1:
                yield FigureQuestion(
                    QuestionKey.SAME,
                    f"{as_number(entry.numerator)} of {as_number(entry.denominator)}, the very"
                    f" counts of {last.quarter}: are they this quarter’s?",
                )
        for count, name in zip(counts, ("numerator", "denominator"), strict=True):
            known = [held for each in earlier if (held := getattr(each, name)) is not None]
            if count is not None and _is_rounded(count, known):
                yield FigureQuestion(
                    QuestionKey.ROUNDED,
                    f"The {name}, {as_number(count)}, is a round number and earlier ones were not:"
                    " is it counted, or an estimate?",
                )
        return
    value = entry.worked_out
    if value is None:
        return
    if last is not None and value == last.value and _moves(value, earlier, about):
        yield FigureQuestion(
            QuestionKey.SAME,
            f"{as_number(value, _decimals_of(value, about), about.measure_unit)}, to the digit the"
            f" figure of {last.quarter}: is it this quarter’s?",
        )
    known = [each.value for each in earlier]
    if value in FULL:
        return
    if all(_places(each) <= about.decimals for each in (value, *known)) and _is_rounded(
        value, known
    ):
        yield FigureQuestion(
            QuestionKey.ROUNDED,
            f"{about.written(value)} is a round number and earlier ones were not: is it counted,"
            " or an estimate?",
        )


def _moves(value: Decimal, earlier: Sequence[EarlierFigure], about: Background) -> bool:
    """Whether the series moves so much, in so fine digits, that standing still needs a reason.

    Noughts stand still, and so do small counts, what is at its limit, and what has stood before.
    """
    if value in FULL or any(a.value == b.value for a, b in pairwise(earlier)):
        return False
    known = [each.value for each in earlier]
    unit = _last_digit(known)
    if len(known) >= ENOUGH_ALIKE:
        return median(abs(a - b) for a, b in pairwise(known)) >= STEPS_APART * unit
    digits = len(value.normalize().as_tuple().digits)
    return digits > DIGITS_BY_CHANCE and _places(value) <= about.decimals


def _is_rounded(count: Decimal, earlier: Sequence[Decimal]) -> bool:
    """Whether a figure ends in two noughts or more where none before did, as one in a hundred does.

    In whatever steps the series goes: where all are multiples of five, in fives.
    """
    if len(earlier) < ENOUGH_ALIKE or count <= 0:
        return False
    places = max(_places(each) for each in (count, *earlier))
    scaled = [int(abs(each).scaleb(places)) for each in (count, *earlier)]
    step = reduce(gcd, scaled)
    of_count, *of_earlier = (_noughts(each // step) for each in scaled if each)
    return of_count >= 2 and of_count > max(of_earlier, default=0)


def _of_time(entry: Entry, about: Background) -> Iterator[FigureQuestion]:
    """A result for a quarter in which none is due."""
    pattern, quarter = about.pattern, about.quarter
    if not entry.has_figures and entry.worked_out is None:
        return
    if pattern.due_is_named:
        if not pattern.due_in(quarter):
            yield FigureQuestion(
                QuestionKey.NOT_DUE,
                f"No result is due for {quarter}, but for {pattern.due_in_words}: is it meant for"
                " another quarter?",
            )
        return
    opens = Quarter.from_ordinal(quarter.ordinal - quarter.ordinal % pattern.every)
    in_turn = [each for each in about.given if opens <= each < quarter]
    if in_turn:
        yield FigureQuestion(
            QuestionKey.NOT_DUE,
            f"A result was given for {max(in_turn)} already, and one is due"
            f" {'a year' if pattern.every == YEAR else 'each half-year'}: is it meant for another"
            " quarter?",
        )
        return
    usual = Counter(each.number % pattern.every for each in about.given)
    if sum(usual.values()) > 1 and quarter.number % pattern.every not in usual:
        numbers = " and ".join(f"Q{number}" for number in sorted({e.number for e in about.given}))
        yield FigureQuestion(
            QuestionKey.NOT_DUE,
            f"Earlier results were for {numbers}, and this is for {quarter}: is it meant for another"
            " quarter?",
        )


def _of_target(entry: Entry, about: Background) -> FigureQuestion | None:
    """With a year's first result, a target of the year before, or one that used to be set anew.

    One that has stood from the first for longer was asked about when it had stood for a year. Of what is counted from April no target stands over April: there one that is wanted is asked for
    before its quarter opens.
    """
    since, pattern, quarter = about.target_since, about.pattern, about.quarter
    if since is None or about.target is None or entry.worked_out is None:
        return None
    if pattern.restarts_in_april or since.year >= quarter.year:
        return None
    if since.year < quarter.year - 1 and not about.target_is_renewed:
        return None
    years = {each.year for each in about.given}
    if not years or max(years) == quarter.year:
        return None  # nothing was held to it before, or it was asked with the year's first result
    return FigureQuestion(
        QuestionKey.TARGET,
        f"The target, {about.written(about.target)}, has stood since {since}: is it this year’s"
        " too?",
    )


def _of_small_numbers(entry: Entry, about: Background) -> Iterator[FigureQuestion]:
    yield from cautions(entry.denominator, about.measure_unit)


def cautions(denominator: Decimal | None, measure_unit: str) -> Iterator[FigureQuestion]:
    """What to weigh before a figure of so few is said in public."""
    if denominator is None or not 0 < denominator < SMALL:
        return
    written = as_number(denominator)
    if denominator < FEW:
        yield FigureQuestion(
            QuestionKey.RECOGNISABLE,
            f"The denominator is {written}, fewer than {FEW}: could somebody be recognised by this"
            " figure?",
        )
    elif scale_of(measure_unit) == HUNDRED:
        swing = as_number(HUNDRED / denominator, 0)
        yield FigureQuestion(
            QuestionKey.SWING,
            f"The denominator is {written}: one case more or fewer moves the result by"
            f" {swing} percentage points. Does your commentary say so?",
        )


def _counts(about: Background) -> bool:
    return is_count(about.measure_unit, about.decimals)


def _places(value: Decimal) -> int:
    """How many decimals a figure is written with."""
    exponent = value.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _last_digit(values: Sequence[Decimal]) -> Decimal:
    """The worth of the last digit with which figures are written: 0.1 for 76.4 and 80."""
    return Decimal(1).scaleb(-max(_places(each) for each in values))


def _decimals_of(value: Decimal, about: Background) -> int:
    return max(_places(value), about.decimals)


def _noughts(whole: int) -> int:
    """In how many noughts a whole number ends."""
    text = str(whole)
    return len(text) - len(text.rstrip("0"))


# Answers


ANSWER, TICK, ASKED = "answer_", "right_", "asked_"  # fields of a form, before a question's key
IT_IS_RIGHT = "Yes, it is right"
LONGEST_ANSWER = 300
ANSWER_FIELDS = tuple(
    f"{prefix}{key.value}"
    for key in QuestionKey
    if key not in CAUTIONS
    for prefix in (ANSWER, TICK, ASKED)
)


def answers_typed(
    typed: Mapping[str, str], asked: Sequence[FigureQuestion]
) -> dict[QuestionKey, str]:
    """The answers to the questions asked now: a short text, or a tick.

    One that was given to other words, and so of another figure, answers nothing.
    """
    found = {}
    for question in asked:
        if not question.wants_answer or typed.get(f"{ASKED}{question.key}") != question.words:
            continue
        text = " ".join(typed.get(f"{ANSWER}{question.key}", "").split())
        if text:
            found[question.key] = text[:LONGEST_ANSWER]
        elif typed.get(f"{TICK}{question.key}"):
            found[question.key] = IT_IS_RIGHT
    return found


# Data confidence


class ConfidenceLevel(Word):
    """How far a figure can be relied on, by what was asked about it and not answered."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


@dataclass(frozen=True, slots=True)
class DataConfidence:
    """A level, and by what: how many questions about the figure were not answered."""

    level: ConfidenceLevel
    unanswered: int
    words: str

    @property
    def is_high(self) -> bool:
        return self.level is ConfidenceLevel.HIGH


def data_confidence(unanswered: Collection[QuestionKey], confidence: Confidence) -> DataConfidence:
    """Low where two questions or more stand open, or one by which there may be no such figure.

    Medium where one does, or the figure is said to be an estimate; high otherwise.
    """
    count = len(unanswered)
    if count > 1 or GRAVE & set(unanswered):
        level = ConfidenceLevel.LOW
    elif count or confidence is Confidence.ESTIMATED:
        level = ConfidenceLevel.MEDIUM
    else:
        level = ConfidenceLevel.HIGH
    reasons = []
    if count:
        reasons.append(f"{count} question{'' if count == 1 else 's'} not answered")
    if confidence is Confidence.ESTIMATED:
        reasons.append("an estimate")
    return DataConfidence(level, count, ", ".join(reasons) or "no question is open")
