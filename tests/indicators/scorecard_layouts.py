"""Scorecards in layouts that councils use, made here from published figures (tests/data/README.md), with their truth.

Figures are the Scottish returns of Crisis and Community Care Grants. Where a layout needs months or years,
its figures are re-dated; targets, references and statuses are ours.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import docx
import openpyxl
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill

FIGURES = Path(__file__).parent.parent / "data" / "lgbf_quarterly.csv"
OLD_WORKBOOK = FIGURES.with_name("scorecards") / "by-turns.xls"
QUARTERS = [f"{year}-Q{number}" for year in (2021, 2022) for number in (1, 2, 3, 4)]
FILLS = {"green": "92D050", "amber": "FFC000", "red": "FF0000"}


@dataclass(frozen=True)
class Known:
    """An indicator, its figures by quarter, and what is aimed at."""

    reference: str
    title: str
    unit: str
    polarity: str
    target: Decimal | None
    figures: dict[str, Decimal]
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def status(self, value):
        """Amber misses the target by up to 10 % of it."""
        if self.target is None:
            return ""
        miss = self.target - value if self.polarity == "higher" else value - self.target
        return "green" if miss <= 0 else "amber" if miss <= self.target / 10 else "red"


@dataclass
class Layout:
    """Files as a council keeps them, and what a careful officer reads out of them."""

    files: list[tuple[str, bytes]]
    known: list[Known]
    results: dict[tuple[str, str], Decimal | str]
    targets: dict[str, Decimal | None] = field(default_factory=dict)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    has_references: bool = False
    has_units: bool = True
    frequency: str = "quarterly"
    counts: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    polarities: bool = True
    says_percent: bool = True
    most_doubts: int = 2


@cache
def known():
    """Shares of two councils, and how many decisions two others made: figures that differ from one another."""
    with FIGURES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def series(area, code):
        found = {}
        for row in rows:
            year, number = row["period"].split(";")
            key = f"{year[:4]}-{number}"
            if row["local_authority"] == area and row["indicator_code"] == code and key in QUARTERS:
                found[key] = row
        return found

    def share(row):
        return (Decimal(row["value"]) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)

    def pair(row):
        return int(float(row["numerator"])), int(float(row["denominator"]))

    def of(reference, title, area, code, target):
        found = series(area, code)
        return Known(
            reference,
            title,
            "%",
            "higher",
            Decimal(target),
            {key: share(row) for key, row in found.items()},
            {key: pair(row) for key, row in found.items()},
        )

    def number(reference, title, area, code, polarity, target):
        found = series(area, code)
        return Known(
            reference,
            title,
            "number",
            polarity,
            None if target is None else Decimal(target),
            {key: Decimal(pair(row)[1]) for key, row in found.items()},
        )

    return (
        of("CG 1", "Crisis grants decided within 1 day", "Fife", "CORP 09", 99),
        of("CG 2", "Community care grants decided within 15 days", "Fife", "CORP 10", 80),
        of("CG 3", "Crisis grants decided within 1 day in the islands", "Highland", "CORP 09", 95),
        number(
            "CG 4", "Crisis grant applications decided", "Dundee City", "CORP 09", "lower", 2500
        ),
        number(
            "CG 5",
            "Community care grant applications decided",
            "Dundee City",
            "CORP 10",
            "none",
            None,
        ),
        number(
            "CG 6",
            "Crisis grant applications in the Highlands",
            "Highland",
            "CORP 09",
            "higher",
            700,
        ),
    )


def plain(number):
    return float(number) if number % 1 else int(number)


@dataclass
class Put:
    """A value in a cell with how it looks."""

    value: object = None
    fill: str = ""
    colour: str = ""
    format: str = ""
    across: int = 1
    down: int = 1


def sheet_of(book, name, rows, *, hidden_rows=(), hidden_columns=()):
    sheet = book.create_sheet(name)
    for at_row, row in enumerate(rows, 1):
        for at_column, item in enumerate(row, 1):
            put = item if isinstance(item, Put) else Put(item)
            if put.value is None and not put.fill:
                continue
            cell = sheet.cell(at_row, at_column, put.value)
            if put.fill:
                cell.fill = PatternFill("solid", fgColor=put.fill)
            if put.colour:
                cell.font = Font(color=put.colour)
            if put.format:
                cell.number_format = put.format
            if put.across > 1 or put.down > 1:
                sheet.merge_cells(
                    start_row=at_row,
                    start_column=at_column,
                    end_row=at_row + put.down - 1,
                    end_column=at_column + put.across - 1,
                )
    for row in hidden_rows:
        sheet.row_dimensions[row].hidden = True
    for column in hidden_columns:
        sheet.column_dimensions[column].hidden = True
    return sheet


def saved(book):
    if "Sheet" in book.sheetnames and len(book.sheetnames) > 1:
        del book["Sheet"]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(**sheets):
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet_of(book, name.replace("_", " "), rows)
    return saved(book)


def quarters_of(year):
    return [f"{year}-Q{number}" for number in (1, 2, 3, 4)]


def results_of(items, keys):
    return {(item.reference, key): item.figures[key] for item in items for key in keys}


def statuses_of(items, keys):
    return {
        (item.reference, key): item.status(item.figures[key])
        for item in items
        for key in keys
        if item.target is not None
    }


def targets_of(items):
    return {item.reference: item.target for item in items}


def laid_out(name, content, items, keys, statuses=None, **said):
    """One file of these indicators in these quarters, with a status in each of them or in some."""
    return Layout(
        [(name, content)],
        list(items),
        results_of(items, keys),
        targets_of(items),
        statuses_of(items, keys if statuses is None else statuses),
        **said,
    )


def quarters_as_rows():
    """An indicator's title merged over four rows, a row for each quarter."""
    items, keys = known()[:4], quarters_of(2022)
    rows = [
        ["Performance monitoring 2022/23"],
        [],
        ["PI Ref", "Measure", "Good performance", "Quarter", "Actual", "Target", "Performance"],
    ]
    for item in items:
        for at, key in enumerate(keys):
            start = at == 0
            value = item.figures[key]
            rows.append(
                [
                    Put(item.reference, down=4) if start else None,
                    Put(item.title, down=4) if start else None,
                    Put("Up" if item.polarity == "higher" else "Down", down=4) if start else None,
                    f"Q{at + 1}",
                    Put(plain(value) / 100, format="0.0%")
                    if item.unit == "%"
                    else Put(plain(value), format="#,##0"),
                    Put(plain(item.target) / 100, format="0%")
                    if item.unit == "%"
                    else plain(item.target),
                    Put(fill=FILLS[item.status(value)]),
                ]
            )
    return laid_out(
        "quarters down.xlsx",
        workbook(Corporate=rows),
        items,
        keys,
        has_references=True,
    )


def rows_by_turns(in_title=False):
    """Actual, target and RAG on rows by turns, quarters across, in a workbook or under the title itself."""
    items, keys = known()[:4], quarters_of(2022)
    kinds = ("Actual", "Target", "RAG")
    rows = [["Quarterly scorecard"], ["Year: 2022-23"], []]
    rows.append(
        ["Indicator", *([] if in_title else ["Measure type"]), "Unit", "Q1", "Q2", "Q3", "Q4"]
    )
    for item in items:
        if in_title:
            rows.append([item.title])
        for kind in kinds:
            cells = {
                "Actual": [plain(item.figures[key]) for key in keys],
                "Target": [plain(item.target)] * 4,
                "RAG": [
                    Put(
                        item.status(item.figures[key])[0].upper(),
                        fill=FILLS[item.status(item.figures[key])],
                    )
                    for key in keys
                ],
            }[kind]
            first = kind == "Actual"
            unit = "%" if item.unit == "%" else "No."
            if in_title:
                rows.append([kind, unit if first else None, *cells])
            else:
                rows.append([item.title if first else None, kind, unit if first else None, *cells])
    return laid_out("by turns.xlsx", workbook(Sheet1=rows), items, keys)


def months_across():
    """Months as dates across, a year-to-date column, one target, one status of the latest month."""
    items = known()[:4]
    days = [date(2023, month, 1) for month in range(4, 13)] + [
        date(2024, month, 1) for month in (1, 2, 3)
    ]
    rows = [
        ["Chief Executive's monthly dashboard, December 2023"],
        [],
        [
            "KPI",
            "Name",
            "Polarity",
            "Target",
            *(Put(day, format="mmm-yy") for day in days),
            "YTD",
            "RAG",
        ],
    ]
    results, statuses = {}, {}
    for item in items:
        values = [item.figures[key] for key in QUARTERS] + [item.figures[QUARTERS[0]]]
        cells = [plain(value) for value in values]
        total = round(sum(cells) / len(cells), 2)
        status = item.status(values[-1])
        rows.append(
            [
                item.reference,
                f"{item.title} (%)" if item.unit == "%" else item.title,
                "Higher" if item.polarity == "higher" else "Lower",
                plain(item.target),
                *cells,
                None,
                None,
                None,
                total,
                status.title(),
            ]
        )
        for day, value in zip(days, values, strict=False):
            results[item.reference, f"{day:%Y-%m}"] = value
        statuses[item.reference, "2023-12"] = status
    return Layout(
        [("dashboard.xlsx", workbook(Dashboard=rows))],
        list(items),
        results,
        targets_of(items),
        statuses,
        has_references=True,
        frequency="monthly",
        has_units=False,
    )


def months_down():
    """Months down, indicators across, the target in a row of its own."""
    items = known()[:4]
    months = ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
    rows = [
        ["Monthly figures 2022/23"],
        [],
        ["Month", *(f"{item.title} (%)" if item.unit == "%" else item.title for item in items)],
        ["Target", *(plain(item.target) for item in items)],
    ]
    results = {}
    for at, (month, key) in enumerate(zip(months, QUARTERS, strict=True)):
        rows.append([month, *(plain(item.figures[key]) for item in items)])
        for item in items:
            results[item.reference, f"2022-{at + 4:02d}"] = item.figures[key]
    return Layout(
        [("monthly.xlsx", workbook(Data=rows))],
        list(items),
        results,
        targets_of(items),
        frequency="monthly",
        polarities=False,
        has_units=False,
        most_doubts=2,
    )


def a_block_each():
    """A small table for each indicator, under its title."""
    items, keys = known()[:4], quarters_of(2022)
    rows = [["Service plan measures"], []]
    for item in items:
        rows += [[f"{item.reference}: {item.title}"], ["Period", "Result", "Target", "Status"]]
        for at, key in enumerate(keys):
            value = item.figures[key]
            suffix = "%" if item.unit == "%" else ""
            rows.append(
                [
                    f"Q{at + 1} 2022/23",
                    f"{value:,}{suffix}",
                    f"{item.target:,}{suffix}",
                    item.status(value).upper(),
                ]
            )
        rows.append([])
    return laid_out(
        "service plan.xlsx",
        workbook(Plan=rows),
        items,
        keys,
        has_references=True,
        has_units=False,
    )


def csv_with_commas():
    """Semicolons between cells, commas in decimals, an old code page."""
    items, keys = known()[:5], quarters_of(2022)[:2]
    lines = [
        "Code;Indicator;Unit;Polarity;2022/23 Q1 actual;2022/23 Q1 target;2022/23 Q2 actual;2022/23 Q2 target;Comment"
    ]

    def written(number):
        return (
            ""
            if number is None
            else f"{number:.1f}".replace(".", ",")
            if number % 1
            else f"{number:f}"
        )

    for item in items:
        cells = [written(x) for key in keys for x in (item.figures[key], item.target)]
        way = {"higher": "High", "lower": "Low", "none": "n/a"}[item.polarity]
        lines.append(
            ";".join(
                [
                    item.reference,
                    item.title,
                    "%" if item.unit == "%" else "Number",
                    way,
                    *cells,
                    "“As expected” – see café note",
                ]
            )
        )
    return laid_out(
        "export.csv",
        "\r\n".join(lines).encode("cp1252"),
        items,
        keys,
        statuses=[],
        has_references=True,
    )


def coloured_figures():
    """No column of statuses: the ground of each figure says it. A total, a comparator and a hidden row besides."""
    items, keys = known()[:4], quarters_of(2022)
    rows = [
        ["Performance against plan 2022-23"],
        [
            Put("Green: target met", fill="C6EFCE"),
            Put("Amber: within 10%", fill="FFEB9C"),
            Put("Red: more than 10% away", fill="FFC7CE"),
        ],
        [],
        [
            "Ref.",
            "Indicator description",
            "Desired direction",
            "Target",
            "Q1",
            "Q2",
            "Q3",
            "Q4",
            "England average",
            "Rank",
        ],
    ]
    pale = {"green": "C6EFCE", "amber": "FFEB9C", "red": "FFC7CE"}
    for item in items:
        rows.append(
            [
                item.reference,
                item.title + (" %" if item.unit == "%" else ""),
                "Increase" if item.polarity == "higher" else "Decrease",
                plain(item.target),
                *(
                    Put(plain(item.figures[key]), fill=pale[item.status(item.figures[key])])
                    for key in keys
                ),
                71.5,
                3,
            ]
        )
    rows.append(["CG 9", "Withdrawn measure", "Increase", 50, 51, 52, 53, 54, 70, 1])
    rows.append(
        [
            None,
            "Average",
            None,
            None,
            "=AVERAGE(E5:E8)",
            "=AVERAGE(F5:F8)",
            "=AVERAGE(G5:G8)",
            "=AVERAGE(H5:H8)",
        ]
    )
    book = openpyxl.Workbook()
    sheet_of(book, "KPIs", rows, hidden_rows=(9,))
    return laid_out(
        "kpis.xlsx",
        saved(book),
        items,
        keys,
        has_references=True,
        has_units=False,
    )


def conditional_colours():
    """A status that the workbook itself colours by rules; actuals of all quarters, then targets of all."""
    items, keys = known()[:4], quarters_of(2022)
    rows = [
        ["Corporate plan measures, financial year 2022/23"],
        [
            "Measure",
            "Unit",
            Put("Actual", across=4),
            None,
            None,
            None,
            Put("Target", across=4),
            None,
            None,
            None,
            "Higher or lower is better",
        ],
        [None, None, *(("Q1", "Q2", "Q3", "Q4") * 2)],
    ]
    for item in items:
        rows.append(
            [
                item.title,
                "Percentage" if item.unit == "%" else "Number",
                *(plain(item.figures[key]) for key in keys),
                *([plain(item.target)] * 4),
                "Higher" if item.polarity == "higher" else "Lower",
            ]
        )
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "Measures", rows)
    for at, item in enumerate(items, 4):
        met, missed = (
            ("greaterThanOrEqual", "lessThan")
            if item.polarity == "higher"
            else ("lessThanOrEqual", "greaterThan")
        )
        edge = item.target * (Decimal("0.9") if item.polarity == "higher" else Decimal("1.1"))
        area = f"C{at}:F{at}"
        for operator, bound, colour in (
            (met, f"G{at}", "FF92D050"),
            (met, str(edge), "FFFFC000"),
            (missed, str(edge), "FFFF0000"),
        ):
            sheet.conditional_formatting.add(
                area,
                CellIsRule(
                    operator=operator,
                    formula=[bound],
                    fill=PatternFill(bgColor=colour, fill_type="solid"),
                ),
            )
    return laid_out("measures.xlsx", saved(book), items, keys)


def a_sheet_each_quarter():
    """The same table on a sheet for each quarter; the year only on the first sheet."""
    items, keys = known()[:4], quarters_of(2022)[:3]
    sheets = {"Front": [["Performance pack 2022/23"], ["Prepared for Cabinet"]]}
    for key in keys:
        rows = [
            [f"Quarter {key[-1]}"],
            [],
            ["No.", "Key performance indicator", "Value", "Target", "RAG status", "Commentary"],
        ]
        for item in items:
            value = item.figures[key]
            cell = Put(plain(value) / 100, format="0.0%") if item.unit == "%" else plain(value)
            target = (
                Put(plain(item.target) / 100, format="0%")
                if item.unit == "%"
                else plain(item.target)
            )
            rows.append(
                [item.reference, item.title, cell, target, item.status(value).upper(), "On course."]
            )
        sheets[f"Q{key[-1]}"] = rows
    return laid_out(
        "pack.xlsx",
        workbook(**sheets),
        items,
        keys,
        has_references=True,
    )


def counts_beside():
    """Numerator, denominator and share under each quarter; shares never formatted as percentages."""
    items, keys = known()[:3], quarters_of(2022)[:2]
    rows = [
        ["Data return 2022/23"],
        [
            "ID",
            "Indicator",
            "Unit",
            Put("Q1", across=3),
            None,
            None,
            Put("Q2", across=3),
            None,
            None,
            "Annual target",
        ],
        [None, None, None, *(("Num", "Den", "Result") * 2), None],
    ]
    for item in items:
        cells = [x for key in keys for x in (*item.counts[key], float(item.figures[key] / 100))]
        rows.append([item.reference, item.title, "%", *cells, float(item.target / 100)])
    return laid_out(
        "return.xlsx",
        workbook(Return=rows),
        items,
        keys,
        statuses=[],
        counts={(item.reference, key): item.counts[key] for item in items for key in keys},
        has_references=True,
        polarities=False,
        most_doubts=2,
    )


def counts_in_brackets():
    """Shares with their counts in brackets, provisional ones marked, one withheld."""
    items, keys = known()[:3], quarters_of(2022)[:3]
    rows = [
        ["Indicators for 2022/23"],
        ["Indicator", "Target", "Quarter 1", "Quarter 2", "Quarter 3", "Better is"],
    ]
    results = results_of(items, keys)
    for item in items:
        cells = [
            f"{item.figures[key]}% ({item.counts[key][0]:,}/{item.counts[key][1]:,})"
            for key in keys
        ]
        rows.append([item.title, f"≥ {item.target}%", *cells, "Higher"])
    rows[2][4] = "<5"
    results["CG 1", keys[2]] = "withheld"
    return Layout(
        [("indicators.xlsx", workbook(Sheet1=rows))],
        list(items),
        results,
        targets_of(items),
        counts={
            (item.reference, key): item.counts[key]
            for item in items
            for key in keys
            if results[item.reference, key] != "withheld"
        },
    )


def years_across():
    """Annual measures: a column for each year, the target of the last."""
    items = known()[:4]
    years = ["2019/20", "2020/21", "2021/22", "2022/23"]
    rows = [
        ["Annual monitoring statement"],
        ["Indicator", *years, "Target 2022/23", "High or low is good", "Status 2022/23"],
    ]
    results, statuses = {}, {}
    for item in items:
        values = [item.figures[key] for key in QUARTERS[:4]]
        rows.append(
            [
                item.title + (" (%)" if item.unit == "%" else " (number)"),
                *map(plain, values),
                plain(item.target),
                "High" if item.polarity == "higher" else "Low",
                {"green": "Met", "amber": "Narrowly missed", "red": "Missed"}[
                    item.status(values[-1])
                ],
            ]
        )
        for year, value in zip(years, values, strict=True):
            results[item.reference, f"{year[:4]}-Q4"] = value
        statuses[item.reference, "2022-Q4"] = item.status(values[-1])
    return Layout(
        [("ams.xlsx", workbook(AMS=rows))],
        list(items),
        results,
        targets_of(items),
        statuses,
        frequency="annual",
    )


def rolling_quarters():
    """The last five quarters without their years, ending in the one that the title names."""
    items = known()[:4]
    keys = [*QUARTERS[1:4], *QUARTERS[4:6]]
    rows = [
        ["Performance report: Quarter 2 2022/23"],
        [],
        [
            "Indicator",
            "Target",
            *(f"Q{key[-1]}" for key in keys),
            "Direction of travel",
            "RAG",
            "Aim",
        ],
    ]
    for item in items:
        rows.append(
            [
                item.title + (" (%)" if item.unit == "%" else ""),
                plain(item.target),
                *(plain(item.figures[key]) for key in keys),
                "↑",
                Put("●", colour=FILLS[item.status(item.figures[keys[-1]])]),
                "Maximise" if item.polarity == "higher" else "Minimise",
            ]
        )
    return laid_out(
        "rolling.xlsx",
        workbook(Report=rows),
        items,
        keys,
        statuses=keys[-1:],
        has_units=False,
    )


def word_for_a_committee():
    """A Word report: a heading and a table for each priority; latest, previous and same quarter last year."""
    items = known()[:4]
    document = docx.Document()
    document.add_heading("Performance report, Quarter 2 2022/23", 1)
    document.add_paragraph(
        "Of the indicators in this report 2 are shown first. Report to the Policy Committee of 14 November 2022."
    )
    keys = ["2022-Q2", "2022-Q1"]
    for title, part in (
        ("Priority A: grants in a crisis", items[:2]),
        ("Priority B: other grants", items[2:]),
    ):
        document.add_heading(title, 2)
        table = document.add_table(rows=1, cols=6)
        for cell, text in zip(
            table.rows[0].cells,
            (
                "Performance measure",
                "Current quarter",
                "Previous quarter",
                "Target",
                "Performance",
                "Comments",
            ),
            strict=True,
        ):
            cell.text = text
        for item in part:
            cells = table.add_row().cells
            suffix = "%" if item.unit == "%" else ""
            status = item.status(item.figures[keys[0]])
            for cell, text in zip(
                cells,
                (
                    item.title,
                    f"{item.figures[keys[0]]:,}{suffix}",
                    f"{item.figures[keys[1]]:,}{suffix}",
                    f"{item.target:,}{suffix}",
                    status.title(),
                    "None to add.",
                ),
                strict=True,
            ):
                cell.text = text
            shade = OxmlElement("w:shd")
            shade.set(qn("w:val"), "clear")
            shade.set(qn("w:fill"), FILLS[status])
            cells[4]._tc.get_or_add_tcPr().append(shade)
    out = io.BytesIO()
    document.save(out)
    return laid_out(
        "report.docx",
        out.getvalue(),
        items,
        keys,
        statuses=keys[:1],
        has_units=False,
    )


def a_list_of_facts():
    """A row for each indicator, period and kind of figure, as a data warehouse gives it out."""
    items, keys = known()[:4], quarters_of(2022)[:3]
    rows = [
        [
            "indicator_code",
            "indicator_name",
            "financial_year",
            "quarter",
            "actual",
            "target",
            "polarity",
        ]
    ]
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t")
    writer.writerows(rows)
    for key in keys:
        for item in items:
            writer.writerow(
                [
                    item.reference,
                    item.title,
                    "2022/23",
                    f"Q{key[-1]}",
                    f"{item.figures[key]}",
                    f"{item.target}",
                    item.polarity,
                ]
            )
    return laid_out(
        "facts.txt",
        out.getvalue().encode("utf-16"),
        items,
        keys,
        statuses=[],
        has_references=True,
        has_units=False,
        says_percent=False,
    )


def as_ods(rows, name="Sheet1"):
    """An OpenDocument workbook, written with the library that others use."""
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.style import Style, TableCellProperties
    from odf.table import CoveredTableCell, Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    styles = {}
    table = Table(name=name)
    for row in rows:
        line = TableRow()
        covered = 0
        for item in row:
            put = item if isinstance(item, Put) else Put(item)
            if covered:
                line.addElement(CoveredTableCell())
                covered -= 1
                continue
            extra = {}
            if put.fill:
                if put.fill not in styles:
                    style = Style(name=f"f{put.fill}", family="table-cell")
                    style.addElement(TableCellProperties(backgroundcolor=f"#{put.fill}"))
                    document.automaticstyles.addElement(style)
                    styles[put.fill] = style
                extra["stylename"] = styles[put.fill]
            if put.across > 1:
                extra |= {"numbercolumnsspanned": str(put.across)}
                covered = put.across - 1
            if isinstance(put.value, int | float):
                is_share = put.format.endswith("%")
                kind = "percentage" if is_share else "float"
                cell = TableCell(valuetype=kind, value=str(put.value), **extra)
                cell.addElement(P(text=f"{put.value * 100:.1f}%" if is_share else str(put.value)))
            else:
                cell = TableCell(valuetype="string", **extra)
                if put.value is not None:
                    cell.addElement(P(text=str(put.value)))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def ods_with_quarters_merged():
    """OpenDocument: target, actual and status under each quarter."""
    items, keys = known()[:4], quarters_of(2022)[:2]
    rows = [
        ["Balanced scorecard 2022/23"],
        [],
        [
            "Ref",
            "Performance indicator",
            "Polarity",
            Put("Quarter 1", across=3),
            None,
            None,
            Put("Quarter 2", across=3),
            None,
            None,
        ],
        [None, None, None, *(("Target", "Actual", "RAG") * 2)],
    ]
    for item in items:
        row = [
            item.reference,
            item.title,
            "Higher is better" if item.polarity == "higher" else "Lower is better",
        ]
        for key in keys:
            value = item.figures[key]
            scaled = [plain(item.target), plain(value)]
            if item.unit == "%":
                scaled = [Put(each / 100, format="0.0%") for each in scaled]
            row += [*scaled, Put(item.status(value)[0].upper(), fill=FILLS[item.status(value)])]
        rows.append(row)
    return laid_out(
        "scorecard.ods",
        as_ods(rows),
        items,
        keys,
        has_references=True,
        has_units=False,
    )


def rows_by_turns_under_the_title():
    return rows_by_turns(in_title=True)


def two_tables_beside_each_other():
    """Two tables in the same rows of a sheet, each figure with its status in brackets."""
    items, key = known()[:4], "2022-Q1"
    head = ["Indicator", "Target", "Actual"]

    def cells(item):
        suffix = "%" if item.unit == "%" else ""
        figure, status = item.figures[key], item.status(item.figures[key])
        return [item.title, f"{item.target}{suffix}", f"{figure:,}{suffix} ({status[0].upper()})"]

    rows = [["Summary for Quarter 1 2022/23"], [], [*head, None, *head]]
    rows += [
        [*cells(one), None, *cells(other)] for one, other in zip(items[:2], items[2:], strict=True)
    ]
    return laid_out(
        "summary.xlsx",
        workbook(Summary=rows),
        items,
        [key],
        has_units=False,
    )


def a_sheet_each_indicator():
    """A sheet for each indicator, its names in rows of two cells over a table of quarters."""
    items, keys = known()[:4], quarters_of(2022)
    sheets = {}
    for item in items:
        rows = [
            ["Indicator", item.title],
            ["Reference", item.reference],
            ["Good is", "High" if item.polarity == "higher" else "Low"],
            ["Unit", "%" if item.unit == "%" else "Number"],
            [],
            ["Quarter", "Target", "Actual", "RAG"],
        ]
        rows += [
            [
                f"Q{key[-1]} 2022/23",
                plain(item.target),
                plain(item.figures[key]),
                item.status(item.figures[key])[0].upper(),
            ]
            for key in keys
        ]
        sheets[item.reference] = rows
    return laid_out(
        "cards.xlsx",
        workbook(**sheets),
        items,
        keys,
        has_references=True,
    )


def months_down_in_pairs():
    """Months down, and for each indicator its actual and its target beside each other under its title."""
    items = known()[:3]
    months = ["Apr", "May", "Jun", "Jul", "Aug", "Sep"]
    rows = [
        ["Housing and benefits 2022/23"],
        [None, *(cell for item in items for cell in (Put(f"{item.title} (%)", across=2), None))],
        ["Month", *(("Actual", "Target") * len(items))],
    ]
    results = {}
    for at, (month, key) in enumerate(zip(months, QUARTERS, strict=False)):
        rows.append(
            [
                month,
                *(
                    cell
                    for item in items
                    for cell in (plain(item.figures[key]), plain(item.target))
                ),
            ]
        )
        for item in items:
            results[item.reference, f"2022-{at + 4:02d}"] = item.figures[key]
    return Layout(
        [("pairs.xlsx", workbook(Data=rows))],
        list(items),
        results,
        targets_of(items),
        frequency="monthly",
        polarities=False,
    )


def bounds_of_each_colour():
    """No target as such: from where green begins, and from where red does."""
    items, key = known()[:4], "2022-Q1"
    rows = [
        ["Indicators, Quarter 1 2022/23"],
        ["Ref", "Indicator", "Green", "Amber", "Red", "Result", "RAG"],
    ]
    for item in items:
        met, missed = (">=", "<") if item.polarity == "higher" else ("<=", ">")
        edge = item.target * (Decimal("0.9") if item.polarity == "higher" else Decimal("1.1"))
        rows.append(
            [
                item.reference,
                item.title,
                f"{met}{item.target}",
                "between",
                f"{missed}{edge:f}",
                plain(item.figures[key]),
                item.status(item.figures[key])[0].upper(),
            ]
        )
    return laid_out(
        "bounds.xlsx",
        workbook(Sheet1=rows),
        items,
        [key],
        has_references=True,
        has_units=False,
        says_percent=False,
    )


def an_old_workbook():
    """Excel of before 2007: rows by turns, merged names, statuses that are grounds without a word."""
    items, keys = known()[:4], quarters_of(2022)
    return laid_out(
        "by-turns.xls",
        OLD_WORKBOOK.read_bytes(),
        items,
        keys,
        has_references=True,
    )


LAYOUTS = (
    quarters_as_rows,
    rows_by_turns,
    rows_by_turns_under_the_title,
    months_across,
    months_down,
    a_block_each,
    csv_with_commas,
    coloured_figures,
    conditional_colours,
    a_sheet_each_quarter,
    counts_beside,
    counts_in_brackets,
    years_across,
    rolling_quarters,
    word_for_a_committee,
    a_list_of_facts,
    ods_with_quarters_merged,
    two_tables_beside_each_other,
    a_sheet_each_indicator,
    months_down_in_pairs,
    bounds_of_each_colour,
    an_old_workbook,
)
