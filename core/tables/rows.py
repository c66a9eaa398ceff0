"""A row of a file as a typed model: its fields are the columns, and their types say how cells are read.

class UnitRow(TableRow):
    code: Code                                # a cell that must be filled in
    parent: Code | None = None                # one that may be empty: its default is what that means
    starts_on: Day | None = optional_column() # a column that may be left out of the file
    until: Day | None = Field(None, alias="to")  # where the column is called otherwise
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

LEFT_OUT = "may be left out"
PASSED_OVER = "passed over"
ALSO_CALLED = "also called"


class TableRow(BaseModel):
    """One row of a file, every cell of which could be read.

    `filled` has the cells that were filled in, `(clear)` among them. A file with a column that is not declared
    is refused, unless the model's configuration says extra="ignore".
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=False
    )

    row_number: int  # as a spreadsheet counts: the header is 1

    @property
    def filled(self) -> Mapping[str, Any]:
        """What was filled in, by field; of a cell that says `(clear)`, what an empty cell means.

        Whatever is not here, the file says nothing of: what stands stays.
        """
        return {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name in self.model_fields_set and name not in TableRow.model_fields
        }


def optional_column(empty: Any = None, *, called: str | None = None) -> Any:
    """A field whose column may be left out of the file; then, and where it is empty, it is this."""
    return Field(default=empty, alias=called, json_schema_extra={LEFT_OUT: True})


def column_also_called(name: str) -> Any:
    """A field whose cells must be filled in, under the column's own name or under this one."""
    return Field(json_schema_extra={ALSO_CALLED: name})


def passed_over_column() -> Any:
    """A field whose column another of our files has, and which says nothing here; none is written."""
    return Field(default="", json_schema_extra={LEFT_OUT: True, PASSED_OVER: True})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file, as its model declares it."""

    name: str
    field: str
    is_filled: bool  # whether each of its cells must be filled in
    may_be_left_out: bool
    is_passed_over: bool
    empty: Any  # what an empty cell means, where it may be empty
    also_called: str  # another name that a file may have for it, or none
    reader: TypeAdapter[Any]  # of one cell by itself


@cache
def columns_of(model: type[TableRow]) -> Mapping[str, Column]:
    """The columns that a model declares, by name, in its order."""
    columns: dict[str, Column] = {}
    for name, field in model.model_fields.items():
        if name in TableRow.model_fields:
            continue
        extra = field.json_schema_extra
        column = Column(
            name=field.alias or name,
            field=name,
            is_filled=field.is_required(),
            may_be_left_out=isinstance(extra, dict) and LEFT_OUT in extra,
            is_passed_over=isinstance(extra, dict) and PASSED_OVER in extra,
            also_called=str(extra.get(ALSO_CALLED, "")) if isinstance(extra, dict) else "",
            empty=None if field.is_required() else field.get_default(),
            reader=TypeAdapter(field.rebuild_annotation()),
        )
        columns[column.name] = column
    return columns


def column_named(model: type[TableRow], field: str) -> str:
    """What the file calls the column of a field."""
    return model.model_fields[field].alias or field if field in model.model_fields else field
