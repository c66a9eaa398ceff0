"""Who is accountable for an indicator: attesting, disowning, and moving a leaver's indicators."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.urls import reverse

from core import audit
from core.canonical_json import digest
from core.clock import localdate, now
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.services.notices import owe_notice
from indicators.models.definitions import Indicator
from indicators.models.returns import Attestation
from indicators.queries.accountability import DISOWNED, attestation_sheet, eligible_managers
from organisation.models.people import User
from organisation.queries import holders
from organisation.rules import PostKind


@transaction.atomic
def attest(
    *, quarter: Quarter, by: User, today: date, not_mine: Iterable[str] = ()
) -> Attestation | None:
    """The manager answers for their indicators of a quarter, but for those said not to be theirs.

    The performance team is owed a notice of each of these. Attesting again adds what has come to them
    since, and otherwise changes nothing. None where nothing is left to answer for. Raises
    ValueError where the quarter has not begun or is closed, or they have no indicators in it.
    """
    disowned = set(not_mine)
    _refuse_quarter_not_under_way(quarter)
    rows = Indicator.objects.select_for_update(of=("self",))  # nobody moves them meanwhile
    mine = list(rows.in_use(quarter).filter(accountable_manager=by))
    if not mine:
        raise ValueError(f"You have no indicator as accountable manager in {quarter}")
    if strangers := disowned - {each.reference for each in mine}:
        raise ValueError(f"{', '.join(sorted(strangers))}: you are not its accountable manager")
    for indicator in mine:
        if indicator.reference in disowned:
            _disown(indicator, quarter, today, by=by)
    return _attest(quarter, {each.reference for each in mine} - disowned, disowned, by=by)


def _refuse_quarter_not_under_way(quarter: Quarter) -> None:
    row = ReportingQuarter.objects.filter(quarter=quarter).first()
    if row is None or row.begun_at is None:
        raise ValueError(f"{quarter} has not begun: you will be asked when it has")
    if row.is_closed:
        raise ValueError(f"{quarter} is closed: you have nothing more to do for it")


def _attest(
    quarter: Quarter, references: set[str], disowned: set[str], *, by: User
) -> Attestation | None:
    rows = Attestation.objects.select_for_update()
    about = {"user": by, "quarter": quarter}
    if not references and not rows.filter(**about).exists():
        return None
    # Two presses of the button at once: the second waits, and finds what the first wrote.
    attestation, is_new = rows.get_or_create(**about, defaults={"references": sorted(references)})
    references_now = sorted((set(attestation.references) | references) - disowned)
    if not is_new and references_now == attestation.references:
        return attestation
    if not is_new:
        attestation.references, attestation.made_at = references_now, now()
        attestation.save(update_fields=["references", "made_at"])
    audit.record("attested", attestation, by=by, quarter=quarter.key, references=references_now)
    return attestation


def _disown(indicator: Indicator, quarter: Quarter, today: date, *, by: User) -> None:
    sheet = attestation_sheet(user=by, quarter=quarter)
    if indicator.reference in sheet.disowned:
        return
    for officer in holders(PostKind.PERFORMANCE_OFFICER, on=today):
        owe_notice(
            key=f"not-theirs:{quarter.key}:{indicator.reference}:{by.pk}:{officer.pk}",
            recipient=officer,
            subject=f"{indicator.reference}: {by.name} says it is not theirs",
            body=(
                f"{by.name} is named as accountable manager of {indicator.title}"
                f" ({indicator.reference}) and says, for {quarter}, that it is not theirs. Find out"
                " who answers for it and move it."
            ),
            address=reverse("people"),
        )
    audit.record(DISOWNED, indicator, by=by, quarter=quarter.key, reference=indicator.reference)


@transaction.atomic
def reassign_indicators(
    *,
    from_user: User,
    to_user: User,
    references: Iterable[str] | None,
    reason: str,
    by: User | None,
) -> list[Indicator]:
    """One manager's indicators are another's from now on: those named, or all. Returns them.

    Results already given keep the names of those who gave them. The new manager gets a notice. Raises
    ValueError, in words, where the new one holds no accountable manager's post today, for
    indicators that are not the old one's, and without a reason.
    """
    _refuse_move(from_user, to_user, reason)
    rows = Indicator.objects.select_for_update(of=("self",)).filter(accountable_manager=from_user)
    wanted = None if references is None else set(references)
    if wanted is not None:
        rows = rows.filter(reference__in=wanted)
    moved = list(rows)
    if wanted and (missing := wanted - {each.reference for each in moved}):
        raise ValueError(f"{', '.join(sorted(missing))}: not an indicator of {from_user.name}’s")
    if not moved:
        raise ValueError(f"Select which of {from_user.name}’s indicators to move")
    Indicator.objects.filter(pk__in=[each.pk for each in moved]).update(accountable_manager=to_user)
    for each in moved:
        each.accountable_manager = to_user
    audit.record_all(
        audit.event(
            "moved indicator",
            each,
            by=by,
            reference=each.reference,
            was=from_user.name,
            now=to_user.name,
            reason=reason.strip(),
        )
        for each in moved
    )
    _notify_new_manager(moved, from_user, to_user)
    return moved


def _refuse_move(from_user: User, to_user: User, reason: str) -> None:
    if not reason.strip():
        raise ValueError("Say why the indicators are moved")
    if from_user == to_user:
        raise ValueError(f"{to_user.name} already has them: choose somebody else")
    if not eligible_managers(on=localdate()).filter(pk=to_user.pk).exists():
        raise ValueError(
            f"{to_user.name} does not hold an accountable manager’s post today: appoint them to one,"
            " or choose somebody who does"
        )


def _notify_new_manager(moved: list[Indicator], from_user: User, to_user: User) -> None:
    named = sorted(f"{each.reference} {each.title}" for each in moved)
    fingerprint = digest("\n".join(named).encode())[:16]
    count = f"{len(moved)} indicator{'' if len(moved) == 1 else 's'}"
    owe_notice(
        key=f"moved:{localdate()}:{from_user.pk}:{to_user.pk}:{fingerprint}",
        recipient=to_user,
        subject=f"You are now accountable for {count}",
        body=f"They were {from_user.name}’s until now:\n\n" + "\n".join(named),
        address=reverse("home"),
    )
