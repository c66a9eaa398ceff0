"""Numbers as people type them: read where they are plain, refused in words where they are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal

from core import figures as figures_read
from core.figures import DECIMALS, LARGEST, NotAFigure, TypedFigure, as_kept, as_number
from core.lettering import plain, refusal_of
from core.months import listed, months_of
from core.quarters import Quarter
from core.words import mid_sentence
from indicators.rules.months import MonthFigure, QuarterOfMonths, quarter_of_months
from indicators.rules.rating import judge, scale_of, value_of
from indicators.rules.returns import LONGEST_WHY, action_required
from sorp.lexicon import Confidence, MadeOfMonths, NotRated, Rag
from sorp.rules.thresholds import Thresholds

PLAIN = re.compile(r"-?\d{1,3}(\.\d+)?|-?\d+(\.\d+)?", re.ASCII)


def typed_figure(text: str, *, what: str, measure_unit: str = "") -> TypedFigure | None:
    """What was typed where a figure is asked for, or None where nothing was. Raises ValueError, in words."""
    if not text.strip():
        return None
    try:
        return figures_read.read_figure(
            text, measure_unit, absent="leave it empty and give the reason"
        )
    except NotAFigure as reason:
        told = str(reason)
        raise ValueError(
            told[:1].upper() + told[1:] or f"Enter {what} as a number, like 76.4 or 1,250"
        ) from None


def read_figure(text: str, *, what: str, measure_unit: str = "") -> Decimal | None:
    """The number that was typed, or None where nothing was, where none can be withheld."""
    found = typed_figure(text, what=what, measure_unit=measure_unit)
    if found is not None and (found.number is None or found.mark):
        raise ValueError(f"Enter {what} as a number, like 76.4 or 1,250")
    return found.number if found else None


LONGEST_REVISION_REASON = 500
CHANGES = {
    "value": "Result",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "confidence": "Confidence",
    "not_available": "Reason for no figure",
}
PROSE = {"commentary": "Context", "management_action": "Management action"}
TURNS = {
    "definition_break": ("Definition changed", "Definition not changed after all"),
    "withheld": ("Withheld", "No longer withheld"),
}


def what_changed(before: object, after: object, names: Iterable[str]) -> str:
    """The reason of a correction in an open quarter, for which none is asked: what it changes."""
    parts = []
    for name in names:
        was, is_now = getattr(before, name), getattr(after, name)
        if was == is_now:
            continue
        if name in CHANGES:
            parts.append(f"{CHANGES[name]} {_told(was)}, now {_told(is_now)}")
        elif name in PROSE:
            act = "added" if not was else "taken away" if not is_now else "rewritten"
            parts.append(f"{PROSE[name]} {act}")
        elif name in TURNS:
            parts.append(TURNS[name][0 if is_now else 1])
        else:
            parts.append(f"Figures for {is_now or 'its own quarter'}")
    return shortened("; ".join(parts))


def shortened(reason: str) -> str:
    """A reason as it can be kept with a revision."""
    if len(reason) <= LONGEST_REVISION_REASON:
        return reason
    return reason[: LONGEST_REVISION_REASON - 1] + "…"


def _told(said: object) -> str:
    if said is None or said == "":
        return "none"
    if isinstance(said, Decimal):
        return f"{said.normalize():f}"
    if isinstance(said, str) and said in set(Confidence):
        return Confidence(said).label.lower()
    return str(said)


def is_plainly_typed(text: str, number: Decimal) -> bool:
    """Whether what was typed is already the number as it was read, so that nothing need be said."""
    return bool(PLAIN.fullmatch(text.strip())) and Decimal(text.strip()) == number


def storage_refusal(name: str, number: Decimal | None) -> str:
    """Why a number cannot be kept exactly, or nothing where it can.

    A value may have more decimals than are kept, being worked out; counts may not.
    """
    if number is None:
        return ""
    if not number.is_finite():
        return f"Give the {name} as an ordinary number, not {number}"
    if abs(number) >= LARGEST:
        return f"Give a {name} below {LARGEST:,}: count in thousands or millions instead"
    if number != as_kept(number) and name in ("numerator", "denominator"):
        return f"Give the {name} with at most {DECIMALS} decimals"
    return ""


def is_count(measure_unit: str, decimals: int) -> bool:
    """Whether an indicator counts things, so that there cannot be fewer than none.

    Money, percentages, points, scores and differences may stand below nought; so may whatever is
    given with decimals.
    """
    unit = measure_unit.strip().lower()
    may_be_negative = ("£", "%", "‰", "point", "score", "index", "net", "difference", "change")
    return decimals == 0 and not any(word in unit for word in may_be_negative)


def takes_counts(measure_unit: str, *names: str) -> bool:
    """Whether an indicator's figure is one count of another, so that both may be asked for.

    It says so by naming what its numerator or denominator counts, or by its unit: a share, or so many
    per so many.
    """
    unit = f" {measure_unit.strip().lower()} "
    return any(names) or any(word in unit for word in ("%", "‰", " per ", " in every "))


NEVER_NEGATIVE = "this indicator can never be below zero, by its definition"
MARKED = {"p": Confidence.PROVISIONAL, "e": Confidence.ESTIMATED}
TypedFields = Mapping[str, str]
FIGURES = ("value", "numerator", "denominator")
# What a draft holds, in the order in which it is asked for. All text, as typed; "on" is a tick.
FIELDS = (
    *FIGURES,
    "confidence",
    "not_available",
    "definition_break",
    "commentary",
    "management_action",
    "year_end_rag",
    "year_end_why",
)
LONGEST_REASON, LONGEST_COMMENTARY = 300, 4000
# The same of each month of a monthly indicator, and what stood of them when they were typed.
MONTH_PARTS = (*FIGURES, "not_available", "confidence", "commentary")
MONTHS_SEEN = "months_seen"


def month_field(place: int, part: str) -> str:
    """The name of one box of a month: that of the value of the first, `month_1_value`."""
    return f"month_{place}_{part}"


ANSWERS = (*FIGURES, "not_available")
# Boxes that are not sent where they are not ticked, and the field that says that they were there.
TICKS = {"definition_break": "definition_break_asked"}


def superseded(fresh: Collection[str]) -> frozenset[str]:
    """Which answers give way to those that are said anew, where nothing else is said of them.

    A reason why there is no figure takes the place of the figures, a figure that of the reason, and
    counts that of a value alone.
    """
    if "not_available" in fresh:
        return frozenset(FIGURES)
    if not fresh:
        return frozenset()
    return frozenset({"not_available"} if "value" in fresh else {"not_available", "value"})


def with_standing(
    sent: TypedFields, standing: TypedFields, rows: Iterable[Callable[[str], str]]
) -> dict[str, str]:
    """What was sent and, of whatever was not, what stands: silence says nothing and erases nothing.

    `rows` name the answers of each figure that is given, such as `month_1_value` for `value`.
    """
    typed = {**standing, **sent}
    for named in rows:
        fresh = {
            name
            for name in ANSWERS
            if sent.get(named(name), "").strip() not in ("", standing.get(named(name), ""))
        }
        for name in superseded(fresh):
            if named(name) not in sent:
                typed.pop(named(name), None)
    return typed


MONTH_FIELDS = tuple(month_field(place, part) for place in (1, 2, 3) for part in MONTH_PARTS)
MONTHS = "months"  # under which a problem of the months together is found
ALL_FIGURES = frozenset({*FIGURES, *MONTH_FIELDS, MONTHS})


@dataclass(frozen=True, slots=True)
class QuarterRequirements:
    """What one indicator asks of a quarter, and by what its answer is judged."""

    quarter: Quarter
    measure_unit: str = ""
    decimals: int = 0
    thresholds: Thresholds | None = None
    action_on_amber: bool = True
    is_due: bool = True
    is_suspended: bool = False
    may_be_negative: bool | None = None  # None: nobody has said
    year_end: Quarter | None = None  # the one whose colour the manager is asked for, if any
    made_of_months: MadeOfMonths | None = None
    months: tuple[MonthFigure, ...] = ()  # those that were given


@dataclass(frozen=True, slots=True, order=True)
class YearEndEntry:
    """What the manager expects at the year's end, and why."""

    rag: Rag
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFields:
    """What a manager says of one quarter: figures or why there are none, and words about them.

    The one place where its parts are named: an `Entry` is one as it was typed, with its faults,
    and a `ResultGiven` one that can be kept.
    """

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    confidence: Confidence = Confidence.FINAL
    not_available: str = ""
    withheld: bool = False  # there is a figure, and it is not shown; `not_available` says why
    definition_break: bool = False
    commentary: str = ""
    management_action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(ResultFields):
    """What was typed, as it was read; what is wrong with it; and what it would be rated."""

    year_end: YearEndEntry | None = None
    months: tuple[MonthFigure, ...] = ()  # of a monthly indicator, those that have something said
    made: QuarterOfMonths | None = None  # what they make of the quarter
    worked_out: Decimal | None = None  # the value as it will be kept, by the counts where given
    rag: Rag | None = None
    not_rated: NotRated | None = None
    expected: Thresholds | None = None  # what it would be rated by
    action_is_required: bool = False
    readings: Mapping[str, str] = field(default_factory=dict)
    asked: Sequence[str] = ()  # what only whoever typed the figures can say
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_figures(self) -> bool:
        return any(each is not None for each in (self.value, self.numerator, self.denominator))

    @property
    def months_with_problems(self) -> list[str]:
        """The boxes of months in which something is wrong."""
        return [name for name in MONTH_FIELDS if name in self.problems]

    @property
    def figures_are_sound(self) -> bool:
        return not ALL_FIGURES & set(self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultGiven(ResultFields):
    """An answer that can be submitted. Refuses nonsense at birth, in words (ValueError)."""

    data_quarter: Quarter | None = None

    @classmethod
    def from_entry(cls, entry: Entry, data_quarter: Quarter | None = None) -> ResultGiven:
        """An entry without problems, as a result that can be submitted. Raises ValueError."""
        said = {each.name: getattr(entry, each.name) for each in fields(ResultFields)}
        if entry.numerator is not None:
            said["value"] = None  # it is worked out
        return cls(**said, data_quarter=data_quarter)

    def __post_init__(self) -> None:
        for name in FIGURES:
            _refuse_unkeepable(name, getattr(self, name))
        has_figures = self.value is not None or self.numerator is not None
        if self.not_available and has_figures:
            raise ValueError("Give either a value or the reason why there is none, not both")
        if self.withheld and not self.not_available:
            raise ValueError("Say why the figure is withheld")
        if not self.not_available and not has_figures:
            raise ValueError("Give a value, or say why there is none")
        if (self.numerator is None) != (self.denominator is None):
            raise ValueError("Give both the numerator and the denominator, or neither")

    def value_in(self, measure_unit: str) -> Decimal | None:
        """The value itself: by its numerator and denominator where given, to six decimals."""
        value = value_of(self.value, self.numerator, self.denominator, scale_of(measure_unit))
        _refuse_unkeepable("value", value)
        return value


def _refuse_unkeepable(name: str, number: Decimal | None) -> None:
    if refusal := storage_refusal(name, number):
        raise ValueError(refusal)


def read_entry(typed: TypedFields, requirements: QuarterRequirements) -> Entry:
    """All that was typed for one indicator in one quarter, with a sentence for each problem."""
    problems: dict[str, str] = {}
    months: tuple[MonthFigure, ...] = ()
    made = None
    found: dict[str, TypedFigure | None] = dict.fromkeys(FIGURES)
    withheld = False
    if requirements.made_of_months is None:
        found = _typed_figures(typed, requirements, problems)
        figures = _numbers(found)
        reason, withheld = _reason(typed, found)
        _refuse_contradictions(figures, reason, requirements, problems)
        confidence = _confidence(typed, reason, found, problems)
    else:
        months = read_months(typed, requirements, problems)
        made = quarter_of_months(requirements.quarter, requirements.made_of_months, months)
        _refuse_gaps(made, months, requirements, problems)
        figures = {name: getattr(made, name, None) for name in FIGURES}
        reason = made.not_available if made else ""
        withheld = made.withheld if made else False
        confidence = made.confidence if made else Confidence.FINAL
    worked_out = _worked_out(figures, requirements, problems)
    rag, not_rated = _verdict(figures, reason, withheld, worked_out, requirements, problems)
    required = action_required(rag, requirements.action_on_amber)
    commentary, action = _prose(typed, rag, required, problems)
    return Entry(
        **figures,
        confidence=confidence,
        not_available=reason,
        withheld=withheld,
        definition_break=bool(typed.get("definition_break")),
        commentary=commentary,
        management_action=action,
        year_end=_year_end(typed, requirements, problems),
        months=months,
        made=made,
        worked_out=worked_out,
        rag=rag,
        not_rated=not_rated,
        expected=requirements.thresholds,
        action_is_required=required,
        readings={} if made else _readings(typed, found, requirements),
        asked=tuple(each.question for each in found.values() if each and each.question),
        problems=problems,
    )


def read_months(
    typed: TypedFields, requirements: QuarterRequirements, problems: dict[str, str]
) -> tuple[MonthFigure, ...]:
    """The months of which something is said: as they were typed, or as they stand where none was.

    A month is read as a quarter's result is, by itself; its problems are found under its boxes.
    """
    if MONTHS_SEEN not in typed:
        return requirements.months
    found = []
    standing = {each.month for each in requirements.months}
    for place, month in enumerate(months_of(requirements.quarter), start=1):
        of_month = {
            part: plain(typed.get(month_field(place, part), "").strip()) for part in MONTH_PARTS
        }
        if not any(of_month[part] for part in MONTH_PARTS if part != "confidence"):
            if month in standing:
                problems[month_field(place, "value")] = (
                    f"{month} was given before: enter its figure, or say why there is none"
                )
            continue
        wrong: dict[str, str] = {}
        figures_of_month = _typed_figures(of_month, requirements, wrong)
        figures = _numbers(figures_of_month)
        reason, withheld = _reason(of_month, figures_of_month)
        if not reason and not any(of_month[name] for name in FIGURES):
            wrong["value"] = "Enter its figure, or say why there is none"
        _refuse_contradictions(figures, reason, requirements, wrong)
        value = _worked_out(figures, requirements, wrong)
        if len(of_month["commentary"]) > LONGEST_COMMENTARY:
            wrong["commentary"] = f"Write {LONGEST_COMMENTARY:,} characters or fewer"
        for name in ("commentary", "not_available"):
            if name not in wrong and (refusal := refusal_of(of_month[name])):
                wrong[name] = refusal
        word = of_month["confidence"] or marked_confidence(figures_of_month.values())
        if wrong:
            problems.update(
                (month_field(place, part), f"{month}: {mid_sentence(told)}")
                for part, told in wrong.items()
            )
            continue
        found.append(
            MonthFigure(
                month=month,
                value=value,
                numerator=figures["numerator"],
                denominator=figures["denominator"],
                confidence=Confidence(word) if word in set(Confidence) else Confidence.FINAL,
                not_available=reason,
                withheld=withheld,
                commentary=of_month["commentary"],
            )
        )
    return tuple(found)


def _reason(typed: TypedFields, found: Mapping[str, TypedFigure | None]) -> tuple[str, bool]:
    """Why there is no figure, as it was typed or as `<5` and `[c]` say it; and whether it is withheld."""
    withheld = next((each.withheld for each in found.values() if each and each.withheld), "")
    return typed.get("not_available", "").strip() or withheld, bool(withheld)


def _numbers(found: Mapping[str, TypedFigure | None]) -> dict[str, Decimal | None]:
    return {name: each.number if each else None for name, each in found.items()}


def _refuse_gaps(
    made: QuarterOfMonths | None,
    given: tuple[MonthFigure, ...],
    requirements: QuarterRequirements,
    problems: dict[str, str],
) -> None:
    """A quarter that has no figure for want of its months: somebody says why, or gives them."""
    if ALL_FIGURES & set(problems):
        return
    if made is None:
        months = listed(months_of(requirements.quarter))
        problems[MONTHS] = f"Enter the figures of {months}, or say why there are none"
        return
    said = {each.month for each in given}
    unsaid = [each for each in made.lacking if each not in said]
    if unsaid and not made.used:
        problems[MONTHS] = (
            f"Enter the figure of {listed(unsaid)}, or say why there is none: the quarter has no"
            " figure without"
        )


def _typed_figures(
    typed: TypedFields, requirements: QuarterRequirements, problems: dict[str, str]
) -> dict[str, TypedFigure | None]:
    """The three figures, each read by itself."""
    found: dict[str, TypedFigure | None] = dict.fromkeys(FIGURES)
    for name in FIGURES:
        what = "the result" if name == "value" else f"the {name}"
        unit = requirements.measure_unit if name == "value" else ""
        try:
            found[name] = typed_figure(typed.get(name, ""), what=what, measure_unit=unit)
        except ValueError as refusal:
            problems[name] = str(refusal)
            continue
        each = found[name]
        if each is not None and (refusal_of := storage_refusal(name, each.number)):
            problems[name] = refusal_of
    return found


def _refuse_contradictions(
    figures: dict[str, Decimal | None],
    reason: str,
    requirements: QuarterRequirements,
    problems: dict[str, str],
) -> None:
    """What cannot be true together, or cannot be true of such a unit."""
    if any(name in problems for name in FIGURES):
        return
    value, numerator, denominator = (figures[name] for name in FIGURES)
    has_figures = any(each is not None for each in figures.values())
    if reason and has_figures:
        problems["not_available"] = "Give either a result or the reason why there is none, not both"
    elif not reason and not has_figures:
        problems["value"] = f"Enter the result for {requirements.quarter}, or say why there is none"
    elif (numerator is None) != (denominator is None):
        missing = "numerator" if numerator is None else "denominator"
        problems[missing] = "Give both the numerator and the denominator, or neither"
    elif denominator is not None and denominator < 0:
        problems["denominator"] = "Enter a denominator of 0 or more"
    elif value is not None and value < 0 and requirements.may_be_negative is False:
        problems["value"] = f"Enter a result of 0 or more: {NEVER_NEGATIVE}"
    if len(reason) > LONGEST_REASON:
        problems["not_available"] = f"Give the reason in {LONGEST_REASON} characters or fewer"


def _worked_out(
    figures: dict[str, Decimal | None], requirements: QuarterRequirements, problems: dict[str, str]
) -> Decimal | None:
    """The value that will be kept. One typed beside its counts must be theirs, as rounded."""
    if ALL_FIGURES & set(problems):
        return None
    value, numerator, denominator = (figures[name] for name in FIGURES)
    worked_out = value_of(value, numerator, denominator, scale_of(requirements.measure_unit))
    if worked_out is None:
        if value is not None:
            problems["value"] = "Clear the result: a denominator of 0 gives no value"
        return None
    if refusal := storage_refusal("value", worked_out):
        problems["value" if numerator is None else "numerator"] = refusal
        return None
    if numerator is None:
        return worked_out
    if value is not None and abs(worked_out - value) > Decimal(1).scaleb(-requirements.decimals):
        problems["value"] = (
            f"The numerator and denominator give {as_number(worked_out, requirements.decimals)}: clear"
            " the result, or correct whichever is wrong"
        )
    if worked_out < 0 and requirements.may_be_negative is False:
        problems["numerator"] = f"Enter a numerator of 0 or more: {NEVER_NEGATIVE}"
    return worked_out


def _verdict(
    figures: dict[str, Decimal | None],
    reason: str,
    withheld: bool,
    worked_out: Decimal | None,
    requirements: QuarterRequirements,
    problems: dict[str, str],
) -> tuple[Rag | None, NotRated | None]:
    """The status this would be given; neither one nor a reason while the figures cannot be read."""
    if ALL_FIGURES & set(problems):
        return None, None
    return judge(
        due=requirements.is_due,
        suspended=requirements.is_suspended,
        has_result=bool(reason) or any(each is not None for each in figures.values()),
        value=worked_out,
        not_available=reason,
        withheld=withheld,
        thresholds=requirements.thresholds,
    )


def _confidence(
    typed: TypedFields,
    reason: str,
    found: Mapping[str, TypedFigure | None],
    problems: dict[str, str],
) -> Confidence:
    """What was chosen; or what the figure itself says, as in 85 (p)."""
    word = typed.get("confidence", "").strip()
    mark = marked_confidence(found.values())
    if word in set(Confidence):
        if mark is not None and mark != word:
            problems["confidence"] = (
                f"The figure is marked as {mark.label.lower()}: choose that, or leave out the mark"
            )
        return Confidence(word)
    if mark is not None:
        return mark
    if not reason:
        problems["confidence"] = "Say how firm the figure is"
    return Confidence.FINAL


def marked_confidence(found: Iterable[TypedFigure | None]) -> Confidence | None:
    """How firm the figures say that they are: the least firm of them, or None where none says it."""
    marks = {each.mark for each in found if each and each.mark}
    return next((MARKED[mark] for mark in ("e", "p") if mark in marks), None)


def _prose(
    typed: TypedFields, rag: Rag | None, required: bool, problems: dict[str, str]
) -> tuple[str, str]:
    commentary = plain(typed.get("commentary", "").strip())
    action = plain(typed.get("management_action", "").strip())
    for name, text in (("commentary", commentary), ("management_action", action)):
        if len(text) > LONGEST_COMMENTARY:
            problems[name] = f"Write {LONGEST_COMMENTARY:,} characters or fewer, not {len(text):,}"
        elif refusal := refusal_of(text):
            problems[name] = refusal
    if required and not action and rag is not None:
        problems["management_action"] = (
            f"Say what is being done about it: this result is {rag.label.lower()}"
        )
    return commentary, action


def _year_end(
    typed: TypedFields, requirements: QuarterRequirements, problems: dict[str, str]
) -> YearEndEntry | None:
    """The colour that is expected at the year's end, and why. One is not taken without the other."""
    if requirements.year_end is None:
        return None
    rag = typed.get("year_end_rag", "").strip().lower()
    why = typed.get("year_end_why", "").strip()
    if rag and rag not in set(Rag):
        problems["year_end_rag"] = "Choose green, amber or red for the year’s end"
    elif rag and not why:
        problems["year_end_why"] = f"Say why you expect {rag} at the year’s end"
    elif why and not rag:
        problems["year_end_rag"] = (
            "Choose green, amber or red for the year’s end, or leave the reason empty"
        )
    elif len(why) > LONGEST_WHY:
        problems["year_end_why"] = (
            f"Say why you expect {rag} in {LONGEST_WHY} characters or fewer: there are {len(why)}"
        )
    elif rag:
        return YearEndEntry(Rag(rag), why)
    return None


def _readings(
    typed: TypedFields,
    found: Mapping[str, TypedFigure | None],
    requirements: QuarterRequirements,
) -> dict[str, str]:
    """How a figure was read, wherever it was written in another way."""
    readings: dict[str, str] = {}
    for name, each in found.items():
        if each is None:
            continue
        if each.number is None:
            readings[name] = f"withheld: {each.withheld.lower()}"
        elif not is_plainly_typed(typed.get(name, ""), each.number):
            unit = requirements.measure_unit if name == "value" else ""
            rounded = f", rounded to {DECIMALS} decimals" if each.told else ""
            readings[name] = as_number(each.number, None, unit) + rounded
    return readings
