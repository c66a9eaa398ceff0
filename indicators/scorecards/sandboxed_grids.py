"""Reads a scorecard from standard input and writes its cells as JSON. A program, run by itself.

It is run in a process of its own, with little memory and little time, because what it reads was
made by somebody else and the readers are not ours. It imports nothing of the project. Its one
argument says what the file is: xlsx, xls, ods, docx or csv. It ends with 0 and the cells, or with
another number and nothing.

A cell is what a person sees of it: its text without superscripts, its number as it is kept, whether
it is shown as a percentage, its colours. A merged range is given once, at its first cell.
"""

import colorsys
import contextlib
import csv
import datetime
import io
import json
import re
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

MEMORY, SECONDS = 1024 * 1024 * 1024, 40
MOST_SHEETS, MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 80, 6_000, 250, 12_000_000
LONGEST_TEXT = 4_000
UNREADABLE, TOO_MUCH, LOCKED = 2, 3, 4

Cell = dict[str, Any]
Sheet = dict[str, Any]


def limit() -> None:
    """From here on this process may take so much memory and time, and write no file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def sheet_of(name: str) -> Sheet:
    return {
        "name": name,
        "is_hidden": False,
        "cells": [],
        "merged": [],
        "hidden_rows": [],
        "hidden_columns": [],
        "before": [],  # in a document, the paragraphs above the table: [number, text]
    }


def place(cell: Cell, row: int, column: int, sheet: Sheet) -> None:
    """Keep a cell that says anything, at its row and column, counted from nought."""
    if row >= MOST_ROWS or column >= MOST_COLUMNS:
        return
    cell = {
        key: value
        for key, value in cell.items()
        if value is not None and value is not False and value != ""
    }
    if cell:
        sheet["cells"].append({"row": row, "column": column, **cell})


NOT_A_SIGN = re.compile(r"\\.|_.|\*.|\[(?!\$)[^\]]*\]")
QUOTED = re.compile(r'"([^"]*)"')


def of_format(code: str) -> dict[str, Any]:
    """What a number format says: a percentage, a unit beside the number, and how many decimals."""
    first = code.split(";")[0]
    words = " ".join(QUOTED.findall(first)).strip()
    bare = NOT_A_SIGN.sub("", QUOTED.sub("", first))
    currency = "£" if "£" in code.split(";")[0] else ""
    decimals = re.search(r"\.([0#?]+)", bare)
    return {
        "is_percentage": "%" in bare,
        "unit": currency or words,
        "decimals": len(decimals[1]) if decimals else 0 if re.search("[0#]", bare) else None,
    }


def number_text(number: float | int) -> str:
    return f"{number:.15g}"  # as many figures as a spreadsheet keeps


def value_of(value: Any) -> Cell:
    """A value as JSON can hold it."""
    if isinstance(value, bool):
        return {"text": "TRUE" if value else "FALSE"}
    if isinstance(value, int | float):
        text = number_text(value)
        if "e" in text:
            text = f"{value:f}".rstrip("0").rstrip(".")
        return {"text": text, "number": text}
    if isinstance(value, datetime.datetime | datetime.date):
        day = value.date() if isinstance(value, datetime.datetime) else value
        return {"text": day.isoformat(), "day": day.isoformat()}
    if isinstance(value, datetime.time | datetime.timedelta):
        return {"text": str(value), "is_time": True}
    return {"text": str(value)[:LONGEST_TEXT]}


# Excel as it is written today


def xlsx(content: bytes) -> Iterator[Sheet]:
    from openpyxl import load_workbook

    shown = load_workbook(io.BytesIO(content), data_only=True, rich_text=True, keep_links=False)
    formulas = load_workbook(io.BytesIO(content), keep_links=False)
    palette = theme_of(shown.loaded_theme)
    for worksheet in shown.worksheets[:MOST_SHEETS]:
        sheet = sheet_of(worksheet.title)
        sheet["is_hidden"] = worksheet.sheet_state != "visible"
        sheet["merged"] = [
            [each.min_row - 1, each.min_col - 1, each.max_row - 1, each.max_col - 1]
            for each in worksheet.merged_cells.ranges
        ]
        sheet["hidden_rows"] = [
            number - 1 for number, row in worksheet.row_dimensions.items() if row.hidden
        ][:MOST_ROWS]
        for dimension in worksheet.column_dimensions.values():
            if dimension.hidden and dimension.min:
                last = min(dimension.max or dimension.min, MOST_COLUMNS)
                sheet["hidden_columns"] += range(dimension.min - 1, last)
        formula_cells = formulas[worksheet.title]._cells
        conditional = conditions_of(worksheet, palette)
        for (row, column), cell in sorted(worksheet._cells.items()):
            if row > MOST_ROWS or column > MOST_COLUMNS or type(cell).__name__ == "MergedCell":
                continue
            other = formula_cells.get((row, column))
            has_formula = other is not None and other.data_type == "f"
            found: Cell = {
                "background": solid(cell.fill, palette) if cell.has_style else None,
                "colour": rgb(cell.font.color, palette) if cell.has_style else None,
                "is_bold": bool(cell.has_style and cell.font.b),
                "is_struck": bool(cell.has_style and cell.font.strike),
                "is_total": has_formula and is_over_rows(other.value, row, column),
            }
            if cell.value is None:
                if has_formula:
                    found["is_unworked"] = True
            elif type(cell.value).__name__ == "CellRichText":
                found |= rich(cell.value)
            else:
                found |= value_of(cell.value)
                if "number" in found:
                    found |= of_format(cell.number_format)
                elif "day" in found:
                    found["format"] = cell.number_format
                if cell.has_style and cell.font.vertAlign == "superscript":
                    found["text"], found["marks"] = "", found["text"]
            for applies in conditional:
                if (colour := applies(row, column)) is not None:
                    found["background"] = colour
                    break
            place(found, row - 1, column - 1, sheet)
        yield sheet


OVER = re.compile(r"\b(?:SUM|AVERAGE|COUNT\w*|SUBTOTAL|MEDIAN)\(([^()]*)\)", re.IGNORECASE)
SPAN = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]+):\$?([A-Z]{1,3})\$?([0-9]+)")


def is_over_rows(formula: Any, row: int, column: int) -> bool:
    """Whether a formula sums, counts or averages several other rows of its own column."""
    from openpyxl.utils import column_index_from_string

    for inside in OVER.findall(str(formula)):
        for left, top, right, bottom in SPAN.findall(inside):
            columns = column_index_from_string(left), column_index_from_string(right)
            is_own = columns[0] <= column <= columns[1] and "!" not in inside
            if is_own and int(top) < int(bottom) and not int(top) <= row <= int(bottom):
                return True
    return False


def rich(value: Any) -> Cell:
    text, marks = "", ""
    for run in value:
        if isinstance(run, str):
            text += run
        elif run.font is not None and run.font.vertAlign == "superscript":
            marks += run.text
        else:
            text += run.text
    return {"text": text[:LONGEST_TEXT], "marks": marks[:40]}


def theme_of(theme: Any) -> list[str]:
    """The theme's colours, in the order in which cells refer to them."""
    if not theme:
        return []
    part = theme.decode("utf-8", "replace") if isinstance(theme, bytes) else theme
    scheme = re.search(r"<a:clrScheme.*?</a:clrScheme>", part, re.DOTALL)
    found = re.findall(
        r'<a:(?:srgbClr val|sysClr val="\w+" lastClr)="([0-9A-Fa-f]{6})"',
        scheme[0] if scheme else "",
    )
    order = [1, 0, 3, 2, *range(4, len(found))]
    return [found[each] for each in order if each < len(found)]


def rgb(colour: Any, palette: list[str]) -> str | None:
    from openpyxl.styles.colors import COLOR_INDEX

    if colour is None:
        return None
    base: str | None = None
    if colour.type == "rgb" and isinstance(colour.rgb, str):
        base = colour.rgb[-6:]
    elif colour.type == "theme" and isinstance(colour.theme, int) and colour.theme < len(palette):
        base = palette[colour.theme]
    elif colour.type == "indexed" and colour.indexed < len(COLOR_INDEX):
        base = COLOR_INDEX[colour.indexed][-6:]
    if base is None or not re.fullmatch("[0-9A-Fa-f]{6}", base):
        return None
    return tinted(base.upper(), colour.tint or 0)


def tinted(base: str, tint: float) -> str:
    if not tint:
        return base
    red, green, blue = (int(base[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, light, full = colorsys.rgb_to_hls(red, green, blue)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return "".join(f"{round(each * 255):02X}" for each in colorsys.hls_to_rgb(hue, light, full))


def solid(fill: Any, palette: list[str]) -> str | None:
    if getattr(fill, "fill_type", None) is None:
        return None
    if fill.fill_type == "solid":
        return rgb(fill.fgColor, palette)
    return None


def conditions_of(worksheet: Any, palette: list[str]) -> list[Callable[[int, int], str | None]]:
    """The rules that colour cells by what is in them, where they can be worked out plainly."""
    found: list[tuple[int, Callable[[int, int], str | None]]] = []
    for area in worksheet.conditional_formatting:
        for rule in area.rules:
            fill = rule.dxf.fill if rule.dxf is not None else None
            colour = fill and (rgb(fill.bgColor, palette) or rgb(fill.fgColor, palette))
            if not colour or rule.type not in ("cellIs", "containsText", "beginsWith"):
                continue
            found.append((rule.priority, condition(worksheet, area.sqref, rule, colour)))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def condition(
    worksheet: Any, area: Any, rule: Any, colour: str
) -> Callable[[int, int], str | None]:
    ranges = [(each.min_row, each.min_col, each.max_row, each.max_col) for each in area.ranges]
    top, left = min(each[0] for each in ranges), min(each[1] for each in ranges)

    def operand(written: str, row: int, column: int) -> Any:
        written = written.strip().lstrip("=")
        if found := re.fullmatch('"(.*)"', written):
            return found[1].casefold()
        with contextlib.suppress(ValueError):
            return float(written)
        if found := re.fullmatch(r"(\$?)([A-Z]{1,3})(\$?)([0-9]+)", written):
            from openpyxl.utils import column_index_from_string

            at_column, at_row = column_index_from_string(found[2]), int(found[4])
            at_column += 0 if found[1] else column - left
            at_row += 0 if found[3] else row - top
            other = worksheet._cells.get((at_row, at_column))
            return other.value if other is not None else None
        return None

    def holds(row: int, column: int) -> str | None:
        if not any(a <= row <= c and b <= column <= d for a, b, c, d in ranges):
            return None
        cell = worksheet._cells.get((row, column))
        value = cell.value if cell is not None else None
        if value is None:
            return None
        if rule.type != "cellIs":
            wanted = (rule.text or "").casefold()
            text = str(value).casefold()
            held = wanted in text if rule.type == "containsText" else text.startswith(wanted)
            return colour if wanted and held else None
        bounds = [operand(each, row, column) for each in rule.formula]
        plain = str(value).casefold() if not isinstance(value, int | float) else value
        tests: dict[str, Callable[[], bool]] = {
            "equal": lambda: plain == bounds[0],
            "notEqual": lambda: plain != bounds[0],
            "lessThan": lambda: plain < bounds[0],
            "lessThanOrEqual": lambda: plain <= bounds[0],
            "greaterThan": lambda: plain > bounds[0],
            "greaterThanOrEqual": lambda: plain >= bounds[0],
            "between": lambda: bounds[0] <= plain <= bounds[1],
            "notBetween": lambda: not bounds[0] <= plain <= bounds[1],
        }
        with contextlib.suppress(TypeError, KeyError, IndexError):
            return colour if tests[rule.operator]() else None
        return None

    return holds


# Excel as it was written until 2007


def xls(content: bytes) -> Iterator[Sheet]:
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as reason:
        sys.exit(LOCKED if "encrypt" in str(reason).lower() else UNREADABLE)
    for worksheet in book.sheets()[:MOST_SHEETS]:
        sheet = sheet_of(worksheet.name)
        sheet["is_hidden"] = worksheet.visibility != 0
        sheet["merged"] = [
            [top, left, bottom - 1, right - 1]
            for top, bottom, left, right in worksheet.merged_cells
        ]
        sheet["hidden_rows"] = [
            at for at, row in worksheet.rowinfo_map.items() if row.hidden and at < MOST_ROWS
        ]
        sheet["hidden_columns"] = [
            at
            for at, column in worksheet.colinfo_map.items()
            if column.hidden and at < MOST_COLUMNS
        ]
        for row in range(min(worksheet.nrows, MOST_ROWS)):
            for column in range(min(worksheet.row_len(row), MOST_COLUMNS)):
                place(xls_cell(book, worksheet, row, column), row, column, sheet)
        yield sheet


def xls_cell(book: Any, worksheet: Any, row: int, column: int) -> Cell:
    import xlrd

    cell = worksheet.cell(row, column)
    style = book.xf_list[cell.xf_index] if cell.xf_index is not None else None
    found: Cell = {}
    font = None
    if style is not None:
        if style.background.fill_pattern == 1:
            found["background"] = xls_colour(book, style.background.pattern_colour_index)
        font = book.font_list[style.font_index]
        found |= {
            "colour": xls_colour(book, font.colour_index),
            "is_bold": font.bold == 1 or font.weight >= 600,
            "is_struck": bool(font.struck_out),
        }
    if cell.ctype == xlrd.XL_CELL_TEXT:
        runs = worksheet.rich_text_runlist_map.get((row, column), [])
        found |= xls_text(book, cell.value, runs, font)
    elif cell.ctype == xlrd.XL_CELL_NUMBER:
        found |= value_of(cell.value)
        if style is not None and style.format_key in book.format_map:
            found |= of_format(book.format_map[style.format_key].format_str)
    elif cell.ctype == xlrd.XL_CELL_DATE:
        with contextlib.suppress(Exception):
            found |= value_of(xlrd.xldate_as_datetime(cell.value, book.datemode))
        if style is not None and style.format_key in book.format_map:
            found["format"] = book.format_map[style.format_key].format_str
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        found |= value_of(bool(cell.value))
    elif cell.ctype == xlrd.XL_CELL_ERROR:
        found["text"] = xlrd.error_text_from_code.get(cell.value, "#ERROR")
    return found


def xls_text(book: Any, text: str, runs: list[tuple[int, int]], font: Any) -> Cell:
    if not runs:
        is_mark = font is not None and font.escapement == 1
        return {"text": "", "marks": text} if is_mark else {"text": text[:LONGEST_TEXT]}
    plain, marks = text[: runs[0][0]], ""
    for at, (start, index) in enumerate(runs):
        part = text[start : runs[at + 1][0] if at + 1 < len(runs) else len(text)]
        if book.font_list[index].escapement == 1:
            marks += part
        else:
            plain += part
    return {"text": plain[:LONGEST_TEXT], "marks": marks[:40]}


def xls_colour(book: Any, index: int) -> str | None:
    colour = book.colour_map.get(index)
    return "".join(f"{each:02X}" for each in colour) if colour else None


# OpenDocument spreadsheets


def ods(content: bytes) -> Iterator[Sheet]:
    from odf.opendocument import load
    from odf.table import Table

    document = load(io.BytesIO(content))
    styles = OdsStyles(document)
    for table in document.spreadsheet.getElementsByType(Table)[:MOST_SHEETS]:
        sheet = sheet_of(attribute(table, "name") or "")
        sheet["is_hidden"] = styles.hides(attribute(table, "stylename"))
        at_row = at_column = 0
        defaults: list[str | None] = []
        for node in walk(table, "table-column"):
            repeat = int(attribute(node, "numbercolumnsrepeated") or 1)
            if attribute(node, "visibility") in ("collapse", "filter"):
                last = min(at_column + repeat, MOST_COLUMNS)
                sheet["hidden_columns"] += range(at_column, last)
            kept = min(repeat, max(MOST_COLUMNS - at_column, 0))
            defaults += [attribute(node, "defaultcellstylename")] * kept
            at_column += repeat
        for node in walk(table, "table-row"):
            repeat = int(attribute(node, "numberrowsrepeated") or 1)
            times = min(repeat, MOST_ROWS - at_row)
            if times <= 0:
                break
            if attribute(node, "visibility") in ("collapse", "filter"):
                sheet["hidden_rows"] += range(at_row, at_row + times)
            ods_row(node, at_row, times, sheet, styles, defaults)
            at_row += repeat
        yield sheet


def ods_row(
    node: Any,
    at_row: int,
    times: int,
    sheet: Sheet,
    styles: "OdsStyles",
    defaults: list[str | None],
) -> None:
    column = 0
    for cell in node.childNodes:
        kind = getattr(cell, "qname", ("", ""))[1]
        if kind not in ("table-cell", "covered-table-cell"):
            continue
        repeat = int(attribute(cell, "numbercolumnsrepeated") or 1)
        if kind == "table-cell" and column < MOST_COLUMNS:
            default = defaults[column] if column < len(defaults) else None
            found = ods_cell(cell, styles, default)
            rows = int(attribute(cell, "numberrowsspanned") or 1)
            columns = int(attribute(cell, "numbercolumnsspanned") or 1)
            if rows * columns > 1:
                sheet["merged"].append([at_row, column, at_row + rows - 1, column + columns - 1])
            is_said = bool(found.get("text") or found.get("background"))
            for row in range(at_row, at_row + (times if is_said else 0)):
                for each in range(column, min(column + repeat, MOST_COLUMNS)):
                    place(found, row, each, sheet)
        column += repeat


def ods_cell(cell: Any, styles: "OdsStyles", default: str | None) -> Cell:
    found: Cell = styles.look(attribute(cell, "stylename") or default)
    kind = attribute(cell, "valuetype")
    formula = attribute(cell, "formula") or ""
    found["is_total"] = bool(
        re.search(r"(SUM|AVERAGE|COUNT\w*|SUBTOTAL)\(\[\.([A-Z]+)\d+:\.\2\d+", formula)
    )
    text, marks = styles.text(cell)
    if kind in ("float", "percentage", "currency"):
        found |= value_of(float(attribute(cell, "value") or 0))
        found["is_percentage"] = kind == "percentage"
        if (kind == "currency" and attribute(cell, "currency") in (None, "GBP")) or "£" in text:
            found["unit"] = "£"
        elif words := re.fullmatch(r"[-0-9.,\s]+([A-Za-z][A-Za-z ]*)", text):
            found["unit"] = words[1].strip()
        decimals = re.search(r"\.([0-9]+)", text)
        found["decimals"] = len(decimals[1]) if decimals else 0
    elif kind == "date":
        found |= {"text": text, "day": (attribute(cell, "datevalue") or "")[:10], "format": text}
    else:
        found |= {"text": text[:LONGEST_TEXT], "marks": marks[:40]}
        found["is_time"] = kind == "time"
    return found


def attribute(node: Any, name: str) -> str | None:
    with contextlib.suppress(Exception):
        value = node.getAttribute(name)
        return str(value) if value is not None else None
    return None


def walk(node: Any, wanted: str) -> Iterator[Any]:
    """The rows or columns of a table, in order, out of the groups and headers that hold them."""
    for child in node.childNodes:
        kind = getattr(child, "qname", ("", ""))[1]
        if kind == wanted:
            yield child
        elif kind.startswith(("table-row", "table-column", "table-header")):
            yield from walk(child, wanted)


class OdsStyles:
    """What the styles of a document say of cells, sheets and pieces of text."""

    def __init__(self, document: Any) -> None:
        self.by_name: dict[str, Any] = {}
        for group in (document.styles, document.automaticstyles):
            for style in group.childNodes:
                if name := attribute(style, "name"):
                    self.by_name[name] = style

    def properties(self, name: str | None, part: str) -> Iterator[Any]:
        for _ in range(8):
            style = self.by_name.get(name or "")
            if style is None:
                return
            for child in style.childNodes:
                if getattr(child, "qname", ("", ""))[1] == part:
                    yield child
            name = attribute(style, "parentstylename")

    def first(self, name: str | None, part: str, wanted: str) -> str | None:
        return next(
            (
                found
                for child in self.properties(name, part)
                if (found := attribute(child, wanted)) is not None
            ),
            None,
        )

    def hides(self, name: str | None) -> bool:
        return self.first(name, "table-properties", "display") == "false"

    def look(self, name: str | None) -> Cell:
        background = self.first(name, "table-cell-properties", "backgroundcolor") or ""
        colour = self.first(name, "text-properties", "color") or ""
        return {
            "background": background.lstrip("#").upper() if background.startswith("#") else None,
            "colour": colour.lstrip("#").upper() if colour.startswith("#") else None,
            "is_bold": self.first(name, "text-properties", "fontweight") == "bold",
            "is_struck": (self.first(name, "text-properties", "textlinethroughstyle") or "none")
            != "none",
        }

    def text(self, cell: Any) -> tuple[str, str]:
        """The text of a cell, and what of it is set above the line."""
        lines: list[str] = []
        marks: list[str] = []

        def gather(node: Any, raised: bool) -> str:
            said = ""
            for child in node.childNodes:
                kind = getattr(child, "qname", ("", ""))[1]
                if child.nodeType == child.TEXT_NODE:
                    if raised:
                        marks.append(str(child.data))
                    else:
                        said += str(child.data)
                elif kind == "s":
                    said += " " * int(attribute(child, "c") or 1)
                elif kind in ("tab", "line-break"):
                    said += " "
                elif kind in ("span", "a"):
                    place_of = self.first(
                        attribute(child, "stylename"), "text-properties", "textposition"
                    )
                    above = (place_of or "").startswith("super")
                    said += gather(child, raised or above)
            return said

        for child in cell.childNodes:
            if getattr(child, "qname", ("", ""))[1] == "p":
                lines.append(gather(child, False))
        return "\n".join(lines), "".join(marks)


# Word


def docx(content: bytes) -> Iterator[Sheet]:
    from docx import Document
    from docx.table import Table

    document = Document(io.BytesIO(content))
    before: list[list[Any]] = []
    text = sheet_of("text")
    tables = paragraphs = 0
    for block in document.iter_inner_content():
        if not isinstance(block, Table):
            paragraphs += 1
            said, marks, _ = runs_of(block._p)
            if said.strip():
                before.append([paragraphs, said[:LONGEST_TEXT]])
                place({"text": said[:LONGEST_TEXT], "marks": marks[:40]}, paragraphs - 1, 0, text)
            continue
        tables += 1
        if tables > MOST_SHEETS:
            break
        sheet = sheet_of(f"table {tables}")
        sheet["before"] = before
        before = []
        seen: dict[Any, list[int]] = {}
        for row, line in enumerate(block.rows):
            if row >= MOST_ROWS:
                break
            start = line.grid_cols_before
            for column, cell in enumerate(line.cells, start):
                spot = seen.setdefault(cell._tc, [row, column, row, column])
                spot[2], spot[3] = max(spot[2], row), max(spot[3], column)
                if spot[:2] == [row, column]:
                    said, marks, colour = runs_of(cell._tc)
                    shade = cell._tc.xpath("./w:tcPr/w:shd/@w:fill")
                    found = {
                        "text": said[:LONGEST_TEXT],
                        "marks": marks[:40],
                        "colour": colour,
                        "background": shade[0].upper()
                        if shade and re.fullmatch("[0-9A-Fa-f]{6}", shade[0])
                        else None,
                        "is_bold": bool(cell._tc.xpath(".//w:rPr/w:b[not(@w:val='0')]")),
                    }
                    place(found, row, column, sheet)
        sheet["merged"] = [each for each in seen.values() if each[:2] != each[2:]]
        yield sheet
    yield text


def runs_of(node: Any) -> tuple[str, str, str | None]:
    """The text of a paragraph or a cell, what of it is above the line, and its first colour."""
    lines: list[str] = []
    marks, colour = "", None
    is_paragraph = node.tag.endswith("}p")
    for paragraph in [node] if is_paragraph else node.xpath("./w:p | ./w:sdt/w:sdtContent/w:p"):
        said = ""
        for run in paragraph.xpath(".//w:r[not(ancestor::w:del)]"):
            piece = "".join(
                (each.text or "") if each.tag.endswith("}t") else " "
                for each in run.xpath("./w:t | ./w:tab | ./w:br | ./w:noBreakHyphen")
            )
            above = run.xpath("./w:rPr/w:vertAlign/@w:val")
            if above and above[0] == "superscript":
                marks += piece
                continue
            said += piece
            shade = run.xpath("./w:rPr/w:color/@w:val")
            if piece.strip() and shade and colour is None and shade[0] != "auto":
                colour = shade[0].upper()
        lines.append(said)
    return "\n".join(lines).strip("\n"), marks, colour


# Text with separators


def text_table(content: bytes) -> Iterator[Sheet]:
    text = decoded(content)
    csv.field_size_limit(1_000_000)
    separator = None
    if found := re.match(r"sep=(.)\r?\n", text):
        separator, text = found[1], "\n" + text[found.end() :]
    separator = separator or likeliest_separator(text)
    sheet = sheet_of("")
    sheet["separator"] = separator
    for row, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator)):
        if row >= MOST_ROWS:
            break
        for column, cell in enumerate(cells):
            place({"text": cell.strip()[:LONGEST_TEXT]}, row, column, sheet)
    yield sheet


def decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    for encoding in ("utf-8-sig", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return content.decode("latin-1")


def likeliest_separator(text: str) -> str:
    """The one that cuts the most rows into the same number of cells, more than one."""

    def weight(separator: str) -> tuple[int, int]:
        rows = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=separator)
        counts = Counter(len(row) for row in rows if len(row) > 1)
        if not counts:
            return 0, 0
        width, times = max(counts.items(), key=lambda pair: (pair[0] >= 3, pair[1] * pair[0]))
        return (times if width >= 3 else 0), width

    return max(",;\t|", key=weight)


READERS = {"xlsx": xlsx, "xls": xls, "ods": ods, "docx": docx, "csv": text_table}


def main() -> None:
    limit()
    content = sys.stdin.buffer.read()
    try:
        read: list[Sheet] = []
        left = MOST_CHARACTERS
        for sheet in READERS[sys.argv[1]](content):
            left -= sum(len(cell.get("text", "")) + 20 for cell in sheet["cells"])
            if left < 0:
                sys.exit(TOO_MUCH)
            read.append(sheet)
        told = json.dumps(read)
    except BaseException as reason:  # the readers' own panics are not all Exceptions
        code = reason.code if isinstance(reason, SystemExit) else UNREADABLE
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{type(reason).__name__} {str(reason)[:60]}\n")
        sys.exit(code)
    sys.stdout.write(told)


if __name__ == "__main__":
    main()
