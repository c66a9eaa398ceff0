"""Workbooks gone wrong, as many as are asked for, each from its number: the same one every time.

Some are what people do (dates for figures, merged cells, a sheet renamed), some what a bad disk or
a bad intent does (bytes flipped, parts cut short, parts of the wrong kind).
"""

import io
import random
import re
from datetime import date, datetime, time

import openpyxl

from tests.indicators.workbooks import COLUMN_OF, FIRST_ROW, repacked

ODD_CELLS = (
    "ninety",
    "12,5",
    "1e999",
    "=1/0",
    "=SUM(A1:A9)",
    "#REF!",
    "#DIV/0!",
    "NaN",
    "-inf",
    "",
    " ",
    "\u202e95",
    "٩٥",
    "95\n96",
    "x" * 32_000,
    "<b>95</b>",
    "'; DROP TABLE indicators_draft; --",
    "_x0000_",
    "_x0041_",
    "\uf8ff",
    "🟢" * 900,
    True,
    False,
    1e308,
    -1e-300,
    10**15,
    0,
    -1,
    0.1 + 0.2,
    date(1900, 1, 1),
    datetime(9999, 12, 31, 23, 59, 59),
    time(10, 30),
)
ODD_XML = (
    b"<v>1</v>",
    b"<v>NaN</v>",
    b"<v>1e999</v>",
    b"<v>99999999</v>",
    b"<v></v>",
    b"<v>&#1;</v>",
    b"<v>&bogus;</v>",
    b"<v>" + b"9" * 5000 + b"</v>",
    b"<is><t>odd</t></is>",
)


def mutation(content, number):
    """The mutation of that number, with the name of its kind."""
    chance = random.Random(number)
    kind = KINDS[number % len(KINDS)]
    return kind.__name__, kind(content, chance)


def cut_short(content, chance):
    return content[: chance.randrange(len(content))]


def bytes_flipped(content, chance):
    broken = bytearray(content)
    for _ in range(chance.choice([1, 3, 30, 300])):
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def bytes_moved(content, chance):
    start, end = sorted(chance.sample(range(len(content)), 2))
    return content[:start] + content[end:] + content[start:end]


def rubbish_appended(content, chance):
    return content + chance.randbytes(chance.choice([1, 22, 100_000]))


def part_removed(content, chance):
    def change(parts):
        parts.pop(chance.choice(sorted(parts)))
        return parts

    return repacked(content, change)


def part_emptied(content, chance):
    return _in_a_part(content, chance, lambda part: b"")


def part_cut_short(content, chance):
    return _in_a_part(content, chance, lambda part: part[: chance.randrange(len(part) or 1)])


def part_flipped(content, chance):
    """Sound as a zip, broken as XML."""

    def change(part):
        broken = bytearray(part)
        for _ in range(chance.choice([1, 5, 50])):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        return bytes(broken)

    return _in_a_part(content, chance, change)


def parts_swapped(content, chance):
    def change(parts):
        one, other = chance.sample(sorted(parts), 2)
        parts[one], parts[other] = parts[other], parts[one]
        return parts

    return repacked(content, change)


def tag_lost(content, chance):
    def change(part):
        tags = list(re.finditer(rb"<[^>]*>", part))
        gone = chance.choice(tags)
        return part[: gone.start()] + part[gone.end() :]

    return _in_a_part(content, chance, change)


def attribute_changed(content, chance):
    def change(part):
        values = list(re.finditer(rb'="([^"]*)"', part))
        if not values:
            return part
        which = chance.choice(values)
        odd = chance.choice(
            [b"", b"-1", b"999999999", b"A0", b"ZZZZ9", b"A1:XFD1048576", b"e", b"s"]
        )
        return part[: which.start(1)] + odd + part[which.end(1) :]

    return _in_a_part(content, chance, change)


def shared_strings_broken(content, chance):
    def change(parts):
        part = parts["xl/sharedStrings.xml"]
        texts = list(re.finditer(rb"<si>.*?</si>", part, re.DOTALL))
        for gone in sorted(chance.sample(texts, 3), key=lambda each: -each.start()):
            part = part[: gone.start()] + part[gone.end() :]
        parts["xl/sharedStrings.xml"] = part
        return parts

    return repacked(content, change)


def cell_xml_changed(content, chance):
    def change(parts):
        part = parts["xl/worksheets/sheet1.xml"]
        values = list(re.finditer(rb"<v>[^<]*</v>", part))
        which = chance.choice(values)
        odd = chance.choice(ODD_XML)
        parts["xl/worksheets/sheet1.xml"] = part[: which.start()] + odd + part[which.end() :]
        return parts

    return repacked(content, change)


def odd_answers(content, chance):
    def change(book):
        for _ in range(chance.choice([1, 4, 12])):
            row = chance.randrange(FIRST_ROW, book["Return"].max_row + 1)
            column = chance.choice(list(COLUMN_OF.values()))
            book["Return"].cell(row, column).value = chance.choice(ODD_CELLS)

    return _in_the_book(content, change)


def odd_anywhere(content, chance):
    def change(book):
        sheet = book[chance.choice(["Return", "Identity", "Notes"])]
        for _ in range(chance.choice([1, 5])):
            row, column = chance.randrange(1, 12), chance.randrange(1, 25)
            sheet.cell(row, column).value = chance.choice(ODD_CELLS)

    return _in_the_book(content, change)


def error_cells(content, chance):
    def change(book):
        cell = book["Return"].cell(FIRST_ROW, chance.choice(list(COLUMN_OF.values())))
        cell.value = chance.choice(["#REF!", "#DIV/0!", "#N/A", "#VALUE!"])
        cell.data_type = "e"

    return _in_the_book(content, change)


def cells_merged(content, chance):
    def change(book):
        sheet = book["Return"]
        for table in list(sheet.tables):
            del sheet.tables[table]
        top, left = chance.randrange(1, 8), chance.randrange(1, 18)
        sheet.merge_cells(
            start_row=top,
            start_column=left,
            end_row=top + chance.randrange(3),
            end_column=left + chance.randrange(1, 4),
        )

    return _in_the_book(content, change)


def rows_and_columns_moved(content, chance):
    def change(book):
        sheet = book["Return"]
        act = chance.choice(
            [sheet.delete_rows, sheet.insert_rows, sheet.delete_cols, sheet.insert_cols]
        )
        act(chance.randrange(1, 9), chance.randrange(1, 4))

    return _in_the_book(content, change)


def sheets_changed(content, chance):
    def change(book):
        name = chance.choice(["Return", "Notes", "Identity"])
        act = chance.choice(["rename", "remove", "copy", "add"])
        if act == "rename":
            book[name].title = chance.choice(["Sheet1", "Return (2)", "résultats", "x" * 31])
        elif act == "remove":
            del book[name]
        elif act == "copy":
            book.copy_worksheet(book[name])
        else:
            book.create_sheet("Mine", 0)["A1"] = "Reference"

    return _in_the_book(content, change)


def rows_doubled(content, chance):
    def change(book):
        sheet = book["Return"]
        row = chance.randrange(FIRST_ROW, sheet.max_row + 1)
        copied = [cell.value for cell in sheet[row]]
        for _ in range(chance.choice([1, 50])):
            sheet.append(copied)

    return _in_the_book(content, change)


KINDS = (
    cut_short,
    bytes_flipped,
    bytes_moved,
    rubbish_appended,
    part_removed,
    part_emptied,
    part_cut_short,
    part_flipped,
    parts_swapped,
    tag_lost,
    attribute_changed,
    shared_strings_broken,
    cell_xml_changed,
    odd_answers,
    odd_anywhere,
    error_cells,
    cells_merged,
    rows_and_columns_moved,
    sheets_changed,
    rows_doubled,
)


def _in_a_part(content, chance, change):
    def changed(parts):
        name = chance.choice(sorted(name for name, part in parts.items() if part))
        return parts | {name: change(parts[name])}

    return repacked(content, changed)


def _in_the_book(content, change):
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
