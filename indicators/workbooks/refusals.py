"""Why a file is not taken at all. The words are those a person reads beside the file box."""

from __future__ import annotations

from enum import StrEnum

TEMPLATE = "The selected file must use the template"


class Fault(StrEnum):
    """What sort of thing is wrong with a file, so that tests and pages can tell them apart."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    WRONG_TYPE = "wrong_type"
    PASSWORD = "password"  # noqa: S105 a kind of fault, and nobody's password
    UNSAFE = "unsafe"
    UNREADABLE = "unreadable"
    TEMPLATE = "template"
    QUARTER = "quarter"
    PERSON = "person"


class Refused(ValueError):
    """The file as a whole is refused, and nothing in it was kept."""

    def __init__(self, fault: Fault, told: str) -> None:
        super().__init__(told)
        self.fault = fault


def not_read() -> Refused:
    return Refused(
        Fault.UNREADABLE,
        "The selected file could not be read. Open it in your spreadsheet program, save it again"
        " as an Excel workbook (.xlsx) and upload that",
    )


def damaged() -> Refused:
    return Refused(
        Fault.UNREADABLE,
        "The selected file is damaged or incomplete. Save it again as an Excel workbook (.xlsx)"
        " and upload that",
    )


def wrong_type() -> Refused:
    return Refused(
        Fault.WRONG_TYPE,
        "The selected file must be an Excel workbook (.xlsx)",
    )
