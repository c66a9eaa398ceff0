"""What every condition of the SORP's triggers shares, and what each kind of its own file must say.

A condition goes along the quarters of one indicator. Some are in its window; of those, so many must
match it. What is not known never matches (docs/adr/0027), and is only in the window where the words
of the condition say so: "rated quarters" are those with a RAG status.

A kind is one class in one file of this package. Its fields are declared with `one_of` and
`between`; from them and from what else it says are made the form and the JSON in which it is
written, the database's check of its rows, and its line in the guide.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from itertools import groupby, islice
from typing import Any, ClassVar, Self, TypedDict

from core.quarters import Quarter
from core.refusals import Refused
from sorp.lexicon import ComparedWith, ForecastBy, Level, Movement, NotRated, Rag, Tier
from sorp.rules.figures import Figure

EVERY_TIER = frozenset(Tier)
MOST_QUARTERS = 16
FEWER = {1: "one quarter", 2: "two quarters", 3: "three quarters"}

REFERRED_TO = {
    Level.DIVISION: "its divisional management team",
    Level.DIRECTORATE: "its directorate management team",
    Level.PAT: "PAT",
    Level.CABINET: "Cabinet",
}

History = Sequence[Figure]


class RefusedCondition(Refused):
    """A condition that is nonsense: what to give instead, and in which of its fields."""


# Of what a kind's own fields are made ------------------------------------------------------------


class Columns(TypedDict):
    """A condition of any kind laid flat, as rows and documents hold it: what it lacks is nothing."""

    name: str
    status: Rag | NotRated | None
    at_least: int
    within: int
    level: Level
    tiers: frozenset[Tier]
    kind: str
    movement: Movement | None
    compared_with: ComparedWith | None
    percent: Decimal | None
    forecast_by: ForecastBy | None
    unit_tier: str
    count: int | None
    or_late: bool
    clause: str
    key: str


# What a condition has where nothing else is given. What stands here is left out of documents.
LEFT_OUT: Mapping[str, Any] = {
    "tiers": EVERY_TIER,
    "kind": "status",
    "movement": None,
    "compared_with": None,
    "percent": None,
    "forecast_by": None,
    "unit_tier": "",
    "count": None,
    "or_late": False,
    "clause": "",
    "key": "",
}
COMMON_FIELDS = ("name", "at_least", "within", "level", "tiers", "clause", "key")
# What only some kinds read. ADVICE: what to give, for a kind that needs it and lacks it. NOT_READ, in
# the order in which it is refused: the field and what to do, for a kind that does not read it.
ADVICE = {
    "movement": "say both which way it moves and what that is compared with, or neither",
    "compared_with": "say both which way it moves and what that is compared with, or neither",
    "percent": "give the per cent it needs, from 0 to 1,000",
    "forecast_by": "say whose forecast is meant, where it looks for a forecast and only there",
    "or_late": "say yes or no",
    "count": "give how many indicators it takes, 2 or more, and leave “at least” at 1",
    "unit_tier": "say of which unit: division, directorate or council",
}
ONLY_ACROSS_A_UNIT = "only a trigger across a unit says how many indicators, and of which unit"
NOT_READ = {
    "status": ("status", "a trigger of this kind looks for no status"),
    "movement": ("movement", "only a trigger that looks for a RAG status asks which way it moves"),
    "compared_with": ("movement", ADVICE["movement"]),
    "percent": ("percent", "leave the per cent empty: a trigger of this kind needs none"),
    "forecast_by": ("forecast_by", ADVICE["forecast_by"]),
    "or_late": ("status", "only a trigger for missing results can count late ones"),
    "count": ("count", ONLY_ACROSS_A_UNIT),
    "unit_tier": ("count", ONLY_ACROSS_A_UNIT),
}


@dataclass(frozen=True, slots=True)
class OneOf:
    """What a field may hold: one of these. With None among them, nothing."""

    words: tuple[Any, ...]

    def holds(self, value: Any) -> bool:
        return any(value is each or (each is not None and value == each) for each in self.words)


@dataclass(frozen=True, slots=True)
class Between:
    """What a field may hold: a number from the one to the other."""

    least: int
    most: int

    def holds(self, value: Any) -> bool:
        return value is not None and self.least <= value <= self.most


Shape = Mapping[str, OneOf | Between]  # what each of a kind's own fields may hold
NOTHING = OneOf((None,))


def one_of(*words: Any) -> Any:
    """A field of a kind that holds one of these words; with None among them, it may be left out."""
    allowed = {"allowed": OneOf(words)}
    return field(default=None, metadata=allowed) if None in words else field(metadata=allowed)


def between(least: int, most: int) -> Any:
    """A field of a kind that holds a number within bounds."""
    return field(metadata={"allowed": Between(least, most)})


# A condition -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Condition(ABC):
    """A condition for escalation, to which level it refers, and which tiers it looks at.

    Nonsense cannot be made: a RefusedCondition says what to give instead, and in which field.
    """

    KINDS: ClassVar[dict[str, type[Condition]]] = {}

    kind: ClassVar[str]  # its word in rows and documents, of ten letters at most
    label: ClassVar[str]  # what it looks for, on a page
    short_label: ClassVar[str]  # the same within a sentence
    position: ClassVar[int]  # where it stands among the others
    form_fields: ClassVar[tuple[str, ...]]  # what its form needs, beside what all do
    window_of: ClassVar[str]  # the quarters that fill its window: rated, due
    fixed: ClassVar[Mapping[str, str]] = {}  # what no form asks, since it can be but one thing
    threshold_field: ClassVar[str] = "at_least"  # the field that asks for too much or too little
    counts_quarters: ClassVar[bool] = False  # may be met by quarters from before a recovery
    refers_an_indicator: ClassVar[bool] = True  # whether an indicator that meets it is referred up

    name: str
    at_least: int = 1
    within: int = 1
    level: Level
    tiers: frozenset[Tier] = EVERY_TIER
    clause: str = ""
    key: str = ""  # by which everything that refers to it does; its name, where none is given

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.KINDS[cls.kind] = cls

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", self.name)
        for field_name, refusal in self.refusals():
            raise RefusedCondition(f"“{self.name}”: {refusal}", field=field_name)

    # What each kind says

    @classmethod
    def shapes(cls) -> tuple[Shape, ...]:
        """What its own fields may hold together: one of these."""
        return (
            {
                each.name: each.metadata["allowed"]
                for each in fields(cls)
                if "allowed" in each.metadata
            },
        )

    @classmethod
    def statuses(cls) -> tuple[Rag | NotRated | None, ...]:
        """Those it may look for; none where it looks for no status."""
        return tuple(
            dict.fromkeys(
                word
                for shape in cls.shapes()
                if isinstance(allowed := shape.get("status"), OneOf)
                for word in allowed.words
            )
        ) or (None,)

    @classmethod
    def required_fields(cls, given: Mapping[str, Any]) -> frozenset[str]:
        """The fields of its form that are needed, given the others: some rule each other out."""
        agreeing = [
            shape
            for shape in cls.shapes()
            if all(
                not given.get(name) or not isinstance(allowed, OneOf) or allowed.holds(given[name])
                for name, allowed in shape.items()
            )
        ]
        return frozenset(
            name
            for name in cls.form_fields
            if not agreeing or any(shape.get(name) != NOTHING for shape in agreeing)
        )

    def refusals(self) -> Iterator[tuple[str, str]]:
        """What is nonsense, each as its field and what to give instead."""
        if not 1 <= self.at_least <= self.within:
            yield (
                "at_least",
                f"it asks for {self.at_least} of the last {self.within} quarters: ask for at least"
                " 1, and for no more than it looks at",
            )
        if self.within > MOST_QUARTERS:
            yield "within", f"it looks back {self.within} quarters: {MOST_QUARTERS} are the most"
        if not self.tiers:
            yield "tiers", "it looks at no tier of indicator: give it at least one"
        for each in fields(self):
            allowed = each.metadata.get("allowed")
            if allowed is not None and not allowed.holds(getattr(self, each.name)):
                yield each.name, self.advice(each.name, allowed)

    def advice(self, field_name: str, allowed: OneOf | Between) -> str:
        """What to give in a field that holds something else than it may."""
        if field_name == "status" and isinstance(allowed, OneOf):
            known = listed([status_in_words(each) for each in allowed.words], "or")
            return f"a trigger of this kind looks for {known}"
        return ADVICE[field_name]

    @property
    @abstractmethod
    def condition(self) -> str:
        """What must be true, in plain words: red for 2 of the last 2 rated quarters."""

    @abstractmethod
    def in_window(self, history: History, at: int) -> bool:
        """Whether the quarter at this place of the history is one of those that fill its window."""

    @abstractmethod
    def matches(self, history: History, at: int) -> bool:
        """Whether the quarter at this place of the history is one of those that must be so many."""

    def describe(self, figure: Figure) -> str:
        """A quarter that matched, in the words of a sentence: red, short of target by 12%."""
        return figure.label.lower()

    @abstractmethod
    def counting_implies(self, weaker: Condition) -> bool:
        """Whether every quarter that matches this one matches the weaker, and is in its window."""

    @property
    def columns_read(self) -> tuple[str, ...]:
        """What it needs of a history's file, beyond what every such file has."""
        return ()

    # What follows from it

    @property
    def is_run(self) -> bool:
        """Whether it asks for quarters running, with none between that does not count."""
        return self.at_least == self.within

    @property
    def sentence(self) -> str:
        """The whole condition in plain words."""
        condition = self.condition[0].upper() + self.condition[1:]
        return f"{condition} {self.verb} {REFERRED_TO[self.level]}."

    @property
    def verb(self) -> str:
        """What it does with which indicators: refers an indicator to."""
        return f"refers {self.indicators_in_words} to"

    @property
    def indicators_in_words(self) -> str:
        """The indicators it looks at: an indicator, a division or team indicator."""
        if self.tiers == EVERY_TIER:
            return "an indicator"
        kinds = [tier.label.lower() for tier in Tier if tier in self.tiers]
        return f"a {listed(kinds, 'or')} indicator"

    @property
    def quarters_in_words(self) -> str:
        """Over which quarters, and in how many of them."""
        if self.within == 1:
            return f"in the latest {self.window_of} quarter"
        return f"for {self.at_least} of the last {self.within} {self.window_of} quarters"

    @property
    def columns(self) -> dict[str, Any]:
        """The condition laid flat (see `Columns`)."""
        return {name: getattr(self, name, LEFT_OUT.get(name)) for name in Columns.__annotations__}

    def implies(self, weaker: Condition) -> bool:
        """Whether the weaker is met whenever this one is, in every history of an indicator of both.

        Red is amber or worse; worsening is not improving; missing is missing or late. Conditions
        of two kinds are held against each other only where both look at the same quarters.
        """
        return self.counting_implies(weaker) and self.window_implies(weaker)

    def window_implies(self, weaker: Condition) -> bool:
        """Whether so many of the last so many leave enough in the weaker's window, at worst.

        Of 4 in the last 6, at least 2 lie in the last 4: the other 2 may lie in the 2 before. One
        always does, since the quarter being closed must itself count.
        """
        beyond = max(self.within - weaker.within, 0)
        return weaker.at_least <= max(self.at_least - beyond, 1)

    def met_at_end_of(self, history: History) -> Breach | None:
        """It is met at the close of the last quarter of the history, by these quarters; or None.

        The quarter being closed must itself count, so that nothing is referred up in a quarter
        that shows none of what it is referred up for. A quarter that is not looked at neither
        adds to a run nor ends it, so nobody escapes by silence. A definition break ends all runs.
        """
        last = len(history) - 1
        if last < 0 or not self.matches(history, last):
            return None
        places = islice(self._window(history), self.within)
        counted = [history[at] for at in places if self.matches(history, at)]
        return Breach(self, tuple(counted[::-1])) if len(counted) >= self.at_least else None

    def still_holds_at_end_of(self, history: History) -> bool:
        """Whether its words are true of the last quarters, though the very last may not count."""
        places = islice(self._window(history), self.within)
        return sum(self.matches(history, at) for at in places) >= self.at_least

    def last_is_in_window(self, history: History) -> bool:
        """Whether the last quarter of the history says anything to it."""
        return bool(history) and self.in_window(history, len(history) - 1)

    def shortened(self, by: int) -> Self:
        """The same, asking for so many quarters fewer of as many fewer: for one at the least."""
        fewer = min(by, self.at_least - 1)
        if fewer <= 0:
            return self
        return replace(self, at_least=self.at_least - fewer, within=self.within - fewer)

    def _window(self, history: History) -> Iterator[int]:
        """The places of those it looks at, newest first, back to the last definition break."""
        for at in range(len(history) - 1, -1, -1):
            if self.in_window(history, at):
                yield at
            if history[at].definition_break:
                return


@dataclass(frozen=True, slots=True)
class Shortening:
    """How many quarters fewer are asked for, because of what recovered not long ago."""

    fewer: int
    recovered_in: Quarter


@dataclass(frozen=True, slots=True)
class Breach:
    """A trigger met, with the quarters that met it, oldest first.

    Where it took a shortening to meet it, the trigger is the one that was asked: shortened.
    """

    trigger: Condition
    counted: tuple[Figure, ...]
    shortened: Shortening | None = None

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        return tuple(each.quarter for each in self.counted)

    @property
    def since(self) -> Quarter:
        """The earliest quarter in the trigger's window that counted."""
        return self.counted[0].quarter

    @property
    def reason(self) -> str:
        """One plain sentence, made of nothing but the trigger and the quarters that counted."""
        spells = [
            f"{found} in {listed([str(each.quarter) for each in spell], 'and')}"
            for found, spell in groupby(self.counted, key=self.trigger.describe)
        ]
        found = ", then ".join(spells)
        return (
            f"{found[0].upper()}{found[1:]}, which meets “{self.trigger.name}” "
            f"({self.trigger.condition}{self._why_fewer})."
        )

    @property
    def _why_fewer(self) -> str:
        if self.shortened is None:
            return ""
        fewer = FEWER.get(self.shortened.fewer, f"{self.shortened.fewer} quarters")
        return f", {fewer} fewer than usual because it recovered in {self.shortened.recovered_in}"


# Words and comparisons that several kinds share ---------------------------------------------------


def listed(words: Sequence[str], conjunction: str) -> str:
    """Words in a row as a sentence has them: one, two or three."""
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def status_in_words(status: Rag | NotRated | None) -> str:
    """A status as a sentence has it: red, amber or worse, no result."""
    if status is None:
        return "whatever its status"
    return status.label.lower() + (" or worse" if status is Rag.AMBER else "")


def plain(number: Decimal | None) -> str:
    """A percentage without idle noughts: 10, 2.5."""
    return f"{(number or Decimal(0)).normalize():f}"


def has_status(figure: Figure, status: Rag | None) -> bool:
    """Whether a figure is at a status or worse. Where none is asked for, any will do."""
    return status is None or (figure.rag is not None and figure.rag.at_or_worse_than(status))


def is_status_at_or_worse(status: object, other: object) -> bool:
    """Whether whatever is at the one status, or worse, is at the other, or worse."""
    if other is None or status is other:
        return True
    return isinstance(status, Rag) and isinstance(other, Rag) and status.at_or_worse_than(other)
