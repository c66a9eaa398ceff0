"""Further layouts in which councils keep their scorecards, each with its truth: as `scorecard_layouts` has them."""

from __future__ import annotations

import io

import docx

from tests.indicators.scorecard_layouts import (
    FILLS,
    OLD_WORKBOOK,
    QUARTERS,
    Known,
    Layout,
    Put,
    as_ods,
    known,
    laid_out,
    plain,
    quarters_of,
    statuses_of,
    targets_of,
    workbook,
)

MONTHS = ["April", "May", "June", "July", "August", "September"]
MONTHS_OLD_WORKBOOK = OLD_WORKBOOK.with_name("months-down.xls")


def coded(items):
    """The same with codes as councils put them before a title: PL04."""
    return [
        Known(
            f"PL{at:02}",
            f"Percentage of {item.title.lower()}" if item.unit == "%" else item.title,
            item.unit,
            item.polarity,
            item.target,
            item.figures,
            item.counts,
        )
        for at, item in enumerate(items, start=4)
    ]


def better(item, high="High", low="Low"):
    return high if item.polarity == "higher" else low


def written(number, comma="."):
    """As an old system prints it: thousands by points where decimals have commas."""
    text = f"{number:,.1f}" if number % 1 else f"{number:,f}"
    return text.translate(str.maketrans(",.", ".,")) if comma == "," else text


def codes_before_word_headings():
    """Word: a heading for each measure with its code in front, and a small table under it."""
    items, keys = coded(known()[:4]), quarters_of(2022)
    document = docx.Document()
    document.add_heading("Planning and Licensing: performance 2022/23", 1)
    for item in items:
        document.add_heading(f"{item.reference} {item.title}", 2)
        document.add_paragraph(f"{better(item, 'Higher', 'Lower')} is better.")
        table = document.add_table(rows=1, cols=4)
        lines = [("Quarter", "Target", "Result", "Status")]
        suffix = "%" if item.unit == "%" else ""
        lines += [
            (
                f"Quarter {key[-1]}",
                f"{item.target:,}{suffix}",
                f"{item.figures[key]:,}{suffix}",
                item.status(item.figures[key]).title(),
            )
            for key in keys
        ]
        for at, line in enumerate(lines):
            cells = table.rows[0].cells if not at else table.add_row().cells
            for cell, text in zip(cells, line, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return laid_out(
        "planning.docx",
        out.getvalue(),
        items,
        keys,
        has_references=True,
        has_units=False,
    )


def titles_above_and_months_down():
    """Each measure's title over a table of its own, its months down; the year in the sheet's title."""
    items = coded(known()[:3])
    rows = [["Planning measures 2022/23"], []]
    results, statuses = {}, {}
    for item in items:
        rows += [
            [f"{item.reference} {item.title}"],
            ["Month", "Actual", "Target", "RAG", "Remarks"],
        ]
        for at, month in enumerate(MONTHS):
            value = item.figures[QUARTERS[at]]
            key = f"2022-{at + 4:02d}"
            rows.append(
                [month, plain(value), plain(item.target), item.status(value)[0].upper(), None]
            )
            results[item.reference, key] = value
            statuses[item.reference, key] = item.status(value)
        rows += [[], ["Prepared by the planning service"], []]
    return Layout(
        [("planning months.xlsx", workbook(Planning=rows))],
        items,
        results,
        targets_of(items),
        statuses,
        has_references=True,
        frequency="monthly",
        polarities=False,
    )


def arrows_for_travel():
    """This quarter, the last and the same last year; arrows for travel and marks for status, with a key."""
    items, key = known()[:4], "2022-Q2"
    marks = {"green": "✔", "amber": "!", "red": "✘"}
    rows = [
        ["Cabinet dashboard, Quarter 2 2022/23"],
        ["Key: ✔ = on target; ! = within 10% of target; ✘ = off target; ↑ improving, ↓ declining"],
        [],
        [
            *("Ref", "What we measure", "Good to be", "Target", "This quarter"),
            *("Last quarter", "Same quarter last year", "Change", "DoT", "Status"),
        ],
    ]
    results = {}
    for item in items:
        now, before, year_ago = (item.figures[each] for each in (key, "2022-Q1", "2021-Q2"))
        shown = (
            [Put(plain(each) / 100, format="0.0%") for each in (item.target, now, before, year_ago)]
            if item.unit == "%"
            else [plain(each) for each in (item.target, now, before, year_ago)]
        )
        rows.append(
            [
                item.reference,
                item.title,
                better(item),
                *shown,
                plain(now - before),
                "↑" if now >= before else "↓",
                marks[item.status(now)],
            ]
        )
        for each, value in ((key, now), ("2022-Q1", before), ("2021-Q2", year_ago)):
            results[item.reference, each] = value
    return Layout(
        [("dashboard.xlsx", workbook(Dashboard=rows))],
        list(items),
        results,
        targets_of(items),
        statuses_of(items, [key]),
        has_references=True,
        has_units=False,
    )


def ods_by_turns():
    """OpenDocument: actual and target on rows by turns, colours beside the actuals, two directorates."""
    items, keys = known()[:4], quarters_of(2022)
    rows = [
        ["Council plan scorecard 2022-23"],
        [],
        ["Code", "Indicator", "Unit", "Aim", "Figure", *(f"Q{key[-1]}" for key in keys)],
    ]
    for at, item in enumerate(items):
        if at % 2 == 0:
            rows.append([["Customer Services", "Welfare and Advice"][at // 2]])
        way = better(item, "Maximise", "Minimise")
        unit = "%" if item.unit == "%" else "Number"
        actuals = [
            Put(plain(item.figures[key]), fill=FILLS[item.status(item.figures[key])])
            for key in keys
        ]
        rows.append([item.reference, item.title, unit, way, "Actual", *actuals])
        rows.append([None, None, None, None, "Target", *([plain(item.target)] * 4)])
    return laid_out(
        "council plan.ods",
        as_ods(rows),
        items,
        keys,
        has_references=True,
    )


def latin_csv_in_a_list():
    """Semicolons, decimal commas, points for thousands, latin-1: a row for each quarter of each measure."""
    items, keys = known()[:4], quarters_of(2022)
    lines = ["Résultats trimestriels – 2022/23;;;;;;", ";;;;;;"]
    lines.append("Indicator;Unit;High or low is good;Year;Quarter;Actual;Target;RAG")
    for item in items:
        for key in keys:
            value = item.figures[key]
            cells = [
                item.title,
                "%" if item.unit == "%" else "Number",
                better(item),
                "2022/23",
                f"Q{key[-1]}",
                written(value, ","),
                written(item.target, ","),
                item.status(value).title(),
            ]
            lines.append(";".join(cells))
    return laid_out("résultats.csv", "\r\n".join(lines).encode("cp1252"), items, keys)


def months_down_in_an_old_workbook():
    """Excel of before 2007: months as dates down, indicators across with their targets in a row above."""
    items = known()[:3]
    results = {
        (item.reference, f"2022-{at + 4:02d}"): item.figures[QUARTERS[at]]
        for item in items
        for at in range(len(MONTHS))
    }
    return Layout(
        [("months-down.xls", MONTHS_OLD_WORKBOOK.read_bytes())],
        list(items),
        results,
        targets_of(items),
        frequency="monthly",
        polarities=False,
    )


def two_directorates_side_by_side():
    """A table of each directorate beside the other, with codes, quarters and a status of the latest."""
    items, keys = known()[:4], quarters_of(2022)[:2]
    head = ["Ref", "Measure", "Target", "Q1", "Q2", "RAG"]

    def cells(item):
        suffix = "%" if item.unit == "%" else ""
        figures = [f"{item.figures[key]:,}{suffix}" for key in keys]
        status = item.status(item.figures[keys[-1]])
        return [
            item.reference,
            item.title,
            f"{item.target:,}{suffix}",
            *figures,
            Put(fill=FILLS[status]),
        ]

    rows = [
        ["Directorate scorecards 2022/23"],
        [],
        ["Customers", *([None] * 6), "Communities"],
        [*head, None, *head],
    ]
    rows += [
        [*cells(one), None, *cells(other)] for one, other in zip(items[:2], items[2:], strict=True)
    ]
    return laid_out(
        "directorates.xlsx",
        workbook(Both=rows),
        items,
        keys,
        statuses=keys[-1:],
        has_references=True,
        has_units=False,
    )


def a_sheet_a_quarter_with_the_year_so_far():
    """A sheet for each quarter that names it and the year; beside the quarter, what the year came to so far."""
    items, keys = known()[:4], quarters_of(2022)[:3]
    sheets = {}
    for at, key in enumerate(keys):
        rows = [
            [f"Corporate performance, Q{key[-1]} 2022/23"],
            [],
            [
                "Code",
                "Indicator name",
                "Polarity",
                "Quarter result",
                "YTD",
                "Target",
                "RAG",
                "Trend",
            ],
        ]
        for item in items:
            so_far = sum(item.figures[each] for each in keys[: at + 1]) / (at + 1)
            rows.append(
                [
                    item.reference,
                    f"{item.title} (%)" if item.unit == "%" else f"{item.title} (number)",
                    better(item, "Up", "Down"),
                    plain(item.figures[key]),
                    plain(round(so_far, 2)),
                    plain(item.target),
                    item.status(item.figures[key])[0].upper(),
                    "▲" if at % 2 else "▼",
                ]
            )
        sheets[f"Qtr {key[-1]}"] = rows
    return laid_out(
        "corporate.xlsx",
        workbook(**sheets),
        items,
        keys,
        has_references=True,
    )


FURTHER_LAYOUTS = (
    codes_before_word_headings,
    titles_above_and_months_down,
    arrows_for_travel,
    ods_by_turns,
    latin_csv_in_a_list,
    months_down_in_an_old_workbook,
    two_directorates_side_by_side,
    a_sheet_a_quarter_with_the_year_so_far,
)
