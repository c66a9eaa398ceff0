"""Workbooks as people send them back: filled in, moved about, or broken."""

import io
import zipfile

import openpyxl

from core.quarters import Quarter
from indicators.workbooks.sheet_layout import ASKED, columns_of
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, TargetFactory, UnitFactory, holder

FIRST_ROW = 5
COLUMNS = columns_of(Quarter(2011, 1))
COLUMN_OF = {column.key: COLUMNS.index(column) + 1 for column in ASKED}


def manager_of(indicators):
    """An accountable manager of so many corporate KPIs, each with a target of 90 and a floor of 80."""
    unit = UnitFactory()
    manager = holder(PostKind.ACCOUNTABLE_MANAGER, unit=unit)
    for _ in range(indicators):
        indicator = IndicatorFactory(unit=unit, accountable_manager=manager)
        TargetFactory(indicator=indicator)
    return manager


class Filled:
    """A workbook as it was written, in which cells can be filled in."""

    def __init__(self, content):
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.sheet = self.book["Return"]

    def row_of(self, indicator):
        return next(
            row[0].row
            for row in self.sheet.iter_rows(min_row=FIRST_ROW)
            if row[0].value == indicator.reference
        )

    def answer(self, indicator, **answers):
        row = self.row_of(indicator)
        for key, answer in answers.items():
            self.sheet.cell(row, COLUMN_OF[key]).value = answer

    @property
    def content(self):
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()


def repacked(content, change):
    """The same zip with its parts changed: `change` takes and gives a dict of name to bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in change(parts).items():
            archive.writestr(name, part)
    return out.getvalue()
