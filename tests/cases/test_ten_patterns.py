"""Ten indicators with ten reporting patterns over three years, each line checked by hand.

Green is 85, amber 75 and red 60 against a target of 80 and a floor of 70; the total since April has a
profile of its own. A full stop is a quarter in which nothing was due, T one without a target.
"""

from dataclasses import dataclass

import pytest

from core.months import months_of
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.results import Revision
from tests.cases.council import found, kept, live_through, referred, told

FIRST, LAST = Quarter(2019, 1), Quarter(2021, 4)
VALUES = {"G": "85", "A": "75", "R": "60"}
LETTERS = {
    "green": "G",
    "amber": "A",
    "red": "R",
    "not_due": ".",
    "no_target": "T",
    "no_result": "x",
}
PROFILE = {1: (25, 22), 2: (50, 47), 3: (75, 72), 4: (98, 95)}
SINCE_APRIL = ["26", "51", "76", "99", "24", "48", "74", "99", "26", "51", "76", "99"]


@dataclass(frozen=True)
class Line:
    frequency: str
    basis: str
    due: str
    months: str
    given: str  # what was reported in each of the twelve quarters
    judged: str  # and how each was judged
    referred: tuple[tuple[str, str | None], ...]  # to PAT: in which quarter, until which
    compared_with: str | None  # the quarter with which the last result is compared
    speaks_of: str  # the stretch of time of the last result


LINES = {
    # Red in Q3 and Q4 2019/20 is red for two of two; green in the next quarter is the exit.
    "QUARTER": Line("quarterly", "quarter", "", "", "GGRRGGGGGGGG", "GGRRGGGGGGGG",
                    (("2019-Q4", "2020-Q1"),), "2021-Q3", "January to March 2022"),
    "MONTHS": Line("monthly", "month", "", "mean", "GGGGGGGGGGAA", "GGGGGGGGGGAA",
                   (), "2021-Q3", "January to March 2022"),
    # Due in Q2 and Q4: two reds running are half a year apart.
    "HALF": Line("half_yearly", "snapshot", "", "", ".G.R.R.G.G.G", ".G.R.R.G.G.G",
                 (("2020-Q2", "2020-Q4"),), "2021-Q2", "31 March 2022"),
    # Two annual reds are two rated results.
    "SCHOOL": Line("annual", "school_year", "Q2", "", ".R...R...G..", ".R...R...G..",
                   (("2020-Q2", "2021-Q2"),), "2020-Q2", "the school year 2020/21"),
    "CALENDAR": Line("annual", "calendar_year", "Q4", "", "...G...A...A", "...G...A...A",
                     (), "2020-Q4", "the calendar year 2021"),
    # It does not say when it is due; its results of each first quarter answer the year.
    "UNNAMED": Line("annual", "quarter", "", "", "G...G...G...", "G...G...G...",
                    (), "2020-Q1", "April to June 2021"),
    # Amber against its profile for three quarters of 2020/21; no profile for 2021/22.
    "APRIL": Line("quarterly", "year_to_date", "", "", "", "GGGGAAAGTTTT",
                  (("2020-Q3", "2020-Q4"),), "2020-Q4", "April 2021 to March 2022"),
    "YEAR": Line("quarterly", "rolling_12_months", "", "", "GGGGGGGGGGGR", "GGGGGGGGGGGR",
                 (), "2021-Q3", "the year to March 2022"),
    "SURVEY": Line("two_yearly", "snapshot", "2019-Q3", "", "..R.......R.", "..R.......R.",
                   (("2021-Q3", None),), "2019-Q3", "31 December 2021"),
    # Three terms a year: nothing is owed of the summer, and the run goes on over it.
    "TERMS": Line("quarterly", "quarter", "Q1 Q3 Q4", "", "G.GGG.GGR.RR", "G.GGG.GGR.RR",
                  (("2021-Q3", None),), "2021-Q3", "January to March 2022"),
}  # fmt: skip


def files():
    """indicators.csv, targets.csv and results.csv of them all."""
    indicators = [
        "reference,title,unit,tier,kind,measure_unit,decimals,polarity,frequency,basis,method,"
        "tolerance,accountable_manager,layer,seasonal,lag_quarters,definition,source,first_quarter,"
        "last_quarter,due,made_of_months"
    ]
    targets = [kept("annual-targets.csv").splitlines()[0]]
    results = [kept("annual-results.csv").splitlines()[0]]
    for reference, line in LINES.items():
        indicators.append(
            f"{reference},Any title,COR-A,corporate,kpi,%,0,higher,{line.frequency},{line.basis},floor,"
            f",manager@field.example,core,no,0,,,{FIRST.key},,{line.due},{line.months}"
        )
        if reference == "APRIL":
            targets += [
                f"APRIL,{year}-Q{number},{target},{floor},,,,,Profile,Board"
                for year in (2019, 2020)
                for number, (target, floor) in PROFILE.items()
            ]
        else:
            targets.append(f"{reference},{FIRST.key},80,70,,,,,Set,Board")
        values = SINCE_APRIL if reference == "APRIL" else [VALUES.get(each) for each in line.given]
        results += [
            f"{reference},{each.key},{value},,,final,,no,"
            for quarter, value in zip(FIRST.until(LAST), values, strict=True)
            if value
            for each in (months_of(quarter) if line.months else (quarter,))
        ]
    return "\n".join(indicators), "\n".join(targets), "\n".join(results)


@pytest.mark.django_db
@pytest.mark.usefixtures("sorp_in_force")
def test_ten_patterns_over_three_years():
    indicators, targets, results = files()
    found("patterns", indicators, targets)
    live_through(results, until=LAST.key)

    judged = {
        reference: "".join(LETTERS[verdict] for _, verdict in told(reference))
        for reference in LINES
    }
    assert judged == {reference: line.judged for reference, line in LINES.items()}
    to_pat = {
        reference: tuple(
            (opened, recovered)
            for level, _, opened, recovered in referred(reference)
            if level == "pat"
        )
        for reference in LINES
    }
    assert to_pat == {reference: line.referred for reference, line in LINES.items()}
    assert [each for each in LINES if any(level != "pat" for level, *_ in referred(each))] == []
    for indicator in Indicator.objects.all():
        line = LINES[indicator.reference]
        known = [
            each.result.quarter
            for each in Revision.objects.filter(result__indicator=indicator).select_related(
                "result"
            )
        ]
        last = max(known)
        with_ = indicator.pattern.compared_with(last, [each for each in known if each < last])
        assert (with_.key if with_ else None) == line.compared_with, indicator.reference
        assert indicator.pattern.speaks_of(last) == line.speaks_of, indicator.reference
