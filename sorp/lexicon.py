"""The SORP's words, as types. One word for one thing, in code, pages and talk."""

from __future__ import annotations

from core.words import Word


class Rag(Word):
    """A RAG status. Where there is none, an indicator is *not rated*, with a reason."""

    RED = "red", "Red"
    AMBER = "amber", "Amber"
    GREEN = "green", "Green"

    @property
    def severity(self) -> int:
        """Nought for green, one for amber, two for red: red is worse than amber."""
        return {Rag.GREEN: 0, Rag.AMBER: 1, Rag.RED: 2}[self]

    def at_or_worse_than(self, other: Rag) -> bool:
        return self.severity >= other.severity


class NotRated(Word):
    """Why an indicator has no RAG status in a quarter. Never green, never red."""

    NO_RESULT = "no_result", "No result"
    NOT_DUE = "not_due", "Not due"
    NO_TARGET = "no_target", "No target"
    SUSPENDED = "suspended", "Suspended"
    NO_VALUE = "no_value", "No value"
    WITHHELD = "withheld", "Withheld"
    AWAITED = "awaited", "Awaited"
    DATA_ONLY = "data_only", "Data only"
    ABOVE = "above", "Above the expected range"
    WITHIN = "within", "Within the expected range"
    BELOW = "below", "Below the expected range"


class Polarity(Word):
    """Which way is better."""

    HIGHER = "higher", "Higher is better"
    LOWER = "lower", "Lower is better"
    RANGE = "range", "Within a range is better"
    NONE = "none", "Neither is better"


class RatingMethod(Word):
    """How a value is turned into a RAG status, or why it is not."""

    FLOOR = "floor", "Target and floor standard"
    TOLERANCE = "tolerance", "Target and tolerance"
    RANGE = "range", "Within a range"
    EXPECTED_RANGE = "expected_range", "Expected range, not rated"
    NONE = "none", "Data only, not rated"


class Travel(Word):
    """Direction of travel: better or worse, never merely up or down."""

    IMPROVING = "improving", "Improving"
    WORSENING = "worsening", "Worsening"
    STEADY = "steady", "Steady"
    RISING = "rising", "Rising"
    FALLING = "falling", "Falling"
    NO_CLEAR_TREND = "no clear trend", "No clear trend"
    NOT_ENOUGH_DATA = "not enough data", "Not enough data"


class TravelMethod(Word):
    """How direction of travel is worked out."""

    REGRESSION = "regression", "Regression over the last 16 quarters"
    PREVIOUS = "previous", "Against the previous quarter"


class Confidence(Word):
    """How far a result can be relied on."""

    FINAL = "final", "Final"
    PROVISIONAL = "provisional", "Provisional"
    ESTIMATED = "estimated", "Estimated"


class Kind(Word):
    """What sort of indicator."""

    KPI = "kpi", "Performance indicator"
    ACTIVITY = "activity", "Activity indicator"
    DATA = "data", "Data only"


class Topic(Word):
    """What an indicator tells of, where that is not a service itself: assurance teams receive these besides.

    PAT complaints, customer engagement and staff information (turnover, sickness, industrial
    relations, health and safety, equalities); DAT the demand on legal, property, HR and IT support
    (Cabinet paper of 20 June 2011, section 3c).
    """

    CUSTOMERS = "customers", "Complaints and customer engagement"
    STAFF = "staff", "Staff"
    SUPPORT = "support", "Demand on support services"


class Tier(Word):
    """Whose dashboard an indicator belongs to."""

    CORPORATE = "corporate", "Corporate"
    DIRECTORATE = "directorate", "Directorate"
    DIVISION = "division", "Division"
    TEAM = "team", "Team"


class Layer(Word):
    """Where an indicator stands in the quarterly performance report."""

    STRATEGY = "strategy", "Strategic priorities"
    CORE = "core", "Core service performance"
    NONE = "none", "In a dashboard only"


class Frequency(Word):
    """How often there is a figure. In which quarters it is due, its `Pattern` says."""

    MONTHLY = "monthly", "Every month"
    QUARTERLY = "quarterly", "Every quarter"
    HALF_YEARLY = "half_yearly", "Every half-year"
    ANNUAL = "annual", "Every year"
    TWO_YEARLY = "two_yearly", "Every second year"


class Basis(Word):
    """The stretch of time that one value speaks of: its span."""

    MONTH = "month", "The month alone"
    QUARTER = "quarter", "The quarter alone"
    SNAPSHOT = "snapshot", "On the last day of the quarter"
    YEAR_TO_DATE = "year_to_date", "From April to the end of the quarter"
    ROLLING_12_MONTHS = "rolling_12_months", "The twelve months to the end of the quarter"
    ROLLING_36_MONTHS = "rolling_36_months", "The three years to the end of the quarter"
    CALENDAR_YEAR = "calendar_year", "The calendar year"
    SCHOOL_YEAR = "school_year", "The school year, September to August"


class MadeOfMonths(Word):
    """How the figures of its months make a quarter's."""

    SUM = "sum", "The sum of its months"
    MEAN = "mean", "The mean of its months, by their denominators where there are any"
    LAST = "last", "The last month alone"


class CountedFrom(Word):
    """The day from which the working days of a step are counted."""

    QUARTER_END = "quarter_end", "After the quarter ends"
    CABINET = "cabinet", "Before Cabinet meets"


class Movement(Word):
    """Which way a result has to have moved for a trigger to count its quarter."""

    NOT_BETTER = "not_better", "not improving"
    WORSE = "worse", "worsening"


class ComparedWith(Word):
    """What a movement is judged by."""

    TRAVEL = "travel", "the direction of travel"
    PREVIOUS = "previous", "the quarter before"
    YEAR_BEFORE = "year_before", "the same quarter last year"


class ForecastBy(Word):
    """Whose forecast a trigger reads."""

    MANAGER = "manager", "The accountable manager’s, for the year’s end"
    SYSTEM = "system", "The system’s, for the next quarter"


class Appetite(Word):
    """How much risk the council accepts in an area of its work."""

    AVERSE = "averse", "Averse"
    CAUTIOUS = "cautious", "Cautious"
    OPEN = "open", "Open"


class Level(Word):
    """A rung of the ladder up which poor performance is referred."""

    DIVISION = "division", "Divisional management team"
    DIRECTORATE = "directorate", "Directorate management team"
    PAT = "pat", "Performance Assurance Team"
    CABINET = "cabinet", "Cabinet"

    @property
    def height(self) -> int:
        return list(Level).index(self)


class Step(Word):
    """The dated steps of a quarter, in the order in which they fall due."""

    ENTRY = "entry", "Results submitted"
    DIVISION = "division", "Division signs off"
    DIRECTORATE = "directorate", "Directorate signs off"
    CLOSE = "close", "Quarter closed"
    PAT = "pat", "PAT meets"
    BRIEF = "brief", "Cabinet Member briefed"
    PUBLICATION = "publication", "Report published"
    MEETING = "meeting", "Cabinet meets"
