"""Reads a workbook from standard input and writes its cells as JSON. A program, run by itself.

It is run in a process of its own, with little memory and little time, because what it reads was
made by somebody else and the reader is not ours. It imports nothing of the project. It is told how
many rows a sheet may have, and ends with 0 and the cells, or with another number and nothing.
"""

import contextlib
import datetime
import io
import json
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

MEMORY, SECONDS = 512 * 1024 * 1024, 20
MOST_SHEETS, MOST_COLUMNS, MOST_CHARACTERS = 10, 60, 12_000_000
MOST_ROWS = int(sys.argv[1])  # of one sheet, as whoever runs this asks
LONGEST_TEXT = 5_000  # longer than any answer may be: what is beyond need not come across
UNREADABLE, TOO_MUCH = 2, 3


def limit() -> None:
    """From here on this process may take so much memory and time, and write no file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def sheets(content: bytes) -> Iterator[dict[str, Any]]:
    """The sheets that can be worked on, each with its rows from A1 and the cells without a value."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    known = [each.name for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    parts = parts_by_sheet(content)
    percent_styles = styles_of_percentages(content)
    left = MOST_CHARACTERS
    for name in known[:MOST_SHEETS]:
        sheet = workbook.get_sheet_by_name(name)
        is_long = sheet.total_height > MOST_ROWS
        read = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS)
        rows = [[plain(cell) for cell in row[:MOST_COLUMNS]] for row in read]
        left -= sum(len(cell) for row in rows for cell in row if isinstance(cell, str))
        if left < 0:
            sys.exit(TOO_MUCH)
        watch = (
            Watch(percent_styles) if is_long else watched(content, parts.get(name), percent_styles)
        )
        yield {
            "name": name,
            "rows": rows,
            "is_long": is_long,
            "without": watch.found,
            "percentages": watch.percentages,
        }


def plain(cell: Any) -> Any:
    """A cell as JSON can hold it: text, true or false, a number or a date in an object, or null."""
    if cell == "" or cell is None:
        return None
    if isinstance(cell, str):
        return cell if len(cell) <= LONGEST_TEXT else cell[: LONGEST_TEXT + 1]
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        return {"number": f"{cell:.15g}"}  # as many figures as a spreadsheet keeps
    if isinstance(cell, datetime.date | datetime.datetime | datetime.time):
        return {"date": cell.isoformat()}
    return {"date": str(cell)}


def parts_by_sheet(content: bytes) -> dict[str, str | None]:
    """Which part of the zip each sheet is."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        leads: dict[str | None, str] = {}
        for name, attributes in elements(archive.read("xl/_rels/workbook.xml.rels")):
            if name == "Relationship":
                target = attributes.get("Target", "")
                leads[attributes.get("Id")] = posixpath.normpath(
                    target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                )
        found: dict[str, str | None] = {}
        for name, attributes in elements(archive.read("xl/workbook.xml")):
            if name == "sheet":
                lead = next((at for key, at in attributes.items() if key.endswith(":id")), None)
                found[attributes.get("name", "")] = leads.get(lead)
        return found


def elements(part: bytes) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append(
        (name.split(":")[-1], attributes)
    )
    parser.Parse(part, True)
    return found


PERCENT_BUILT_IN = {"9", "10"}  # 0% and 0.00%
NOT_A_SIGN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # quoted, escaped, or a colour


def styles_of_percentages(content: bytes) -> set[str]:
    """The styles whose cells are shown a hundred times larger, with a per cent sign."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "xl/styles.xml" not in archive.namelist():
            return set()
        part = archive.read("xl/styles.xml")
    formats = set(PERCENT_BUILT_IN)
    styles: set[str] = set()
    within: list[str] = []
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        name = name.split(":")[-1]
        if name == "numFmt" and "%" in NOT_A_SIGN.sub("", attributes.get("formatCode", "")):
            formats.add(attributes.get("numFmtId", ""))
        elif name == "xf" and within[-1:] == ["cellXfs"]:
            if attributes.get("numFmtId") in formats:
                styles.add(str(count))
            count += 1
        within.append(name)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: within.pop()
    parser.Parse(part, True)
    return styles


def watched(content: bytes, name: str | None, percent_styles: set[str]) -> "Watch":
    """What the reader does not tell of a sheet's cells: it gives neither errors nor formats."""
    watch = Watch(percent_styles)
    if name is None:
        return watch
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = watch.start, watch.end
    parser.CharacterDataHandler = watch.text
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parser.Parse(archive.read(name), True)
    return watch


class Watch:
    """Follows a sheet's XML cell by cell.

    `found` has the cells that show an error, and the formulas nobody has worked out, each with what
    it shows: "#DIV/0!" or, for a formula, nothing. `percentages` are cells shown as per cent.
    """

    def __init__(self, percent_styles: set[str]) -> None:
        self.found: dict[str, str] = {}
        self.percentages: list[str] = []
        self.percent_styles = percent_styles
        self.at = self.sort = ""
        self.has_formula = self.in_value = False
        self.shown = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.split(":")[-1]
        if name == "c":
            self.at, self.sort = attributes.get("r", ""), attributes.get("t", "")
            self.has_formula = self.in_value = False
            self.shown = ""
            is_percentage = attributes.get("s", "0") in self.percent_styles
            if is_percentage and len(self.percentages) < MOST_ROWS * MOST_COLUMNS:
                self.percentages.append(self.at)
        elif name == "f":
            self.has_formula = True
        elif name in ("v", "is"):
            self.in_value = True

    def text(self, text: str) -> None:
        if self.in_value and len(self.shown) < 20:
            self.shown += text

    def end(self, name: str) -> None:
        name = name.split(":")[-1]
        if name in ("v", "is"):
            self.in_value = False
        elif name == "c" and self.at and len(self.found) < MOST_ROWS:
            if self.sort == "e":
                self.found[self.at] = self.shown or "#ERROR"
            elif self.has_formula and not self.shown and self.sort != "str":
                self.found[self.at] = ""


def main() -> None:
    limit()
    content = sys.stdin.buffer.read()
    try:
        told = json.dumps(list(sheets(content)))
    except BaseException as reason:  # the reader's own panics are not Exceptions
        code = reason.code if isinstance(reason, SystemExit) else UNREADABLE
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{type(reason).__name__}\n")
        sys.exit(code)
    sys.stdout.write(told)


if __name__ == "__main__":
    main()
