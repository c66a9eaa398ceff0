"""How a workbook is known again: what quarter it is of, whose it is and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.conf import settings
from django.core import signing

from core.clock import now
from core.quarters import Quarter
from core.tables.workbooks import TEMPLATE, RefusedWorkbook, WorkbookFault, WorkbookSheet
from indicators.queries.grid import EntryRow
from indicators.workbooks.sheet_layout import IDENTITY
from organisation.models.people import User

SALT = "indicators.workbooks"
SIGNATURE = "Signature"
FORM = 1  # of this sheet: a later one may say more


@dataclass(frozen=True, slots=True)
class Identity:
    """What a workbook says of itself, believed because we signed it."""

    quarter: Quarter
    user_id: int
    user_name: str
    marks: Mapping[str, tuple[int, int]]  # by reference: draft and revision when it was written
    parts: Mapping[str, int]  # by reference and dimension: the revision of its parts


def signed(
    *,
    user: User,
    quarter: Quarter,
    lines: Sequence[EntryRow],
    parts: Mapping[str, int] = MappingProxyType({}),
) -> dict[str, str]:
    """The rows of the identity sheet: for whoever looks, in words; for us, signed."""
    told = {
        "form": FORM,
        "quarter": quarter.key,
        "user": user.pk,
        "name": user.name,
        "marks": {line.indicator.reference: line.mark for line in lines},
        "parts": dict(parts),
    }
    return {
        "Quarter": quarter.key,
        "For": user.name,
        "Written": now().isoformat(timespec="seconds"),
        "Product version": settings.PRODUCT_VERSION,
        SIGNATURE: signing.dumps(told, salt=SALT, compress=True),
    }


def identity_of(sheets: Sequence[WorkbookSheet]) -> Identity:
    """What a workbook says of itself. Raises RefusedWorkbook where it was not made here."""
    for sheet in sheets:
        if sheet.name != IDENTITY:
            continue
        for row in sheet.rows:
            if row and row[0] == SIGNATURE:
                return _believed("".join(each for each in row[1:] if isinstance(each, str)))
    raise _not_ours()


def _believed(signature: str) -> Identity:
    try:
        told = signing.loads(signature, salt=SALT)
        return Identity(
            quarter=Quarter.parse(told["quarter"]),
            user_id=told["user"],
            user_name=told["name"],
            marks={reference: (mark[0], mark[1]) for reference, mark in told["marks"].items()},
            parts=dict(told.get("parts", {})),  # workbooks written before had no sheet of them
        )
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        raise _not_ours() from None


def refuse_another(identity: Identity, *, user: User, quarter: Quarter) -> None:
    """Raises RefusedWorkbook where the workbook is of another quarter, or somebody else's."""
    if identity.quarter != quarter:
        raise RefusedWorkbook(
            WorkbookFault.QUARTER,
            f"The selected file is the workbook for {identity.quarter}. Download the one for"
            f" {quarter} and copy your figures into it",
        )
    if identity.user_id != user.pk:
        raise RefusedWorkbook(
            WorkbookFault.PERSON,
            f"The selected file is the workbook of {identity.user_name}. Download your own and"
            " copy the figures into it",
        )


def _not_ours() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.TEMPLATE,
        f"{TEMPLATE}. Download the workbook from this page and copy your figures into it",
    )
