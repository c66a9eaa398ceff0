"""Partners: invited, given a link, withdrawn; what they give, and what its manager makes of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from smtplib import SMTPException

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse

from core import audit
from core.canonical_json import digest
from core.clock import now
from core.dates import as_date
from core.models.notices import Notice
from core.post import is_post_set_up
from core.quarters import Quarter
from core.refusals import Refused
from core.services.notices import owe_notice
from indicators.models.definitions import Indicator
from indicators.models.partners import GivenFigure, Partner
from indicators.models.returns import Draft
from indicators.queries.evidence import evidence_for
from indicators.queries.months import months_as_typed, months_given, months_seen
from indicators.queries.partners import AskedOfPartner, asked_of, digest_of
from indicators.rights import answerable_by
from indicators.rules.entry import MONTHS_SEEN
from indicators.rules.evidence import plain_name, refusal_of
from indicators.rules.partners import GivenState, as_given, in_draft, what_is_wrong
from indicators.services.drafts import save_draft
from indicators.services.evidence import attach_evidence
from organisation.models.people import User
from organisation.queries import council_name

LONGEST_LINK = 366  # days for which a partner is invited at once


class NotTaken(Refused):
    """What a partner gave cannot be taken. The message says what to do."""


@transaction.atomic
def invite_partner(
    *,
    name: str,
    contact: str,
    email: str,
    indicators: Iterable[Indicator],
    quarter: Quarter | None,
    starts_on: date,
    ends_on: date,
    by: User,
) -> Partner:
    """An organisation may give the figures of these indicators between two days. It has no link yet."""
    named = _takeable(indicators)
    _refuse_days(starts_on, ends_on)
    partner = Partner.objects.create(
        name=name,
        contact=contact,
        email=email,
        quarter=quarter,
        starts_on=starts_on,
        ends_on=ends_on,
        invited_by=by,
        invited_at=now(),
    )
    partner.indicators.set(named)
    audit.record("invited partner", partner, by=by, **_told(partner))
    return partner


@transaction.atomic
def change_partner(
    *,
    partner: Partner,
    contact: str,
    email: str,
    indicators: Iterable[Indicator],
    quarter: Quarter | None,
    ends_on: date,
    by: User,
) -> Partner:
    """Another person, other indicators or another last day. The link that it has serves on."""
    partner = _standing(partner)
    named = _takeable(indicators)
    _refuse_days(partner.starts_on, ends_on)
    was = _told(partner)
    partner.contact, partner.email = contact, email
    partner.quarter, partner.ends_on = quarter, ends_on
    partner.save()
    partner.indicators.set(named)
    if (becomes := _told(partner)) != was:
        audit.record("changed partner", partner, by=by, was=was, becomes=becomes)
    return partner


@transaction.atomic
def make_link(*, partner: Partner, by: User) -> str:
    """A link of the partner's own. One made before serves no longer. It is told this once and kept nowhere."""
    partner = _standing(partner)
    token = secrets.token_urlsafe(32)
    partner.link_sha256, partner.link_made_at = digest_of(token), now()
    partner.save(update_fields=["link_sha256", "link_made_at"])
    audit.record("made partner’s link", partner, by=by, ends_on=partner.ends_on.isoformat())
    return settings.SERVICE_ADDRESS + reverse("partner", args=[token])


@transaction.atomic
def send_link(*, partner: Partner, by: User) -> str:
    """The partner is written to with a new link. Returns to which address. Raises Refused where it cannot be."""
    if settings.DEMONSTRATION:
        raise Refused("A demonstration sends no e-mail: make a link to hand over instead")
    if not is_post_set_up():
        raise Refused("This service cannot send e-mail yet: make a link to hand over instead")
    link = make_link(partner=partner, by=by)
    names = "\n".join(f"- {each.reference} {each.title}" for each in partner.indicators.all())
    body = (
        f"Dear {partner.contact},\n\n{council_name()} asks {partner.name} for the figures of:\n\n{names}"
        f"\n\nGive them here. You need no password. Do not pass the link on:\n{link}\n\nIt works until"
        f" {as_date(partner.ends_on)}. What you give goes to the manager who answers for the indicator,"
        f" who may ask you about it.\n\n{by.name}\n"
    )
    try:
        send_mail(f"Figures for {council_name()}", body, None, [partner.email])
    except (OSError, SMTPException):
        raise Refused(
            f"The e-mail to {partner.email} could not be sent: try again, or hand a link over"
        ) from None
    audit.record("sent partner’s link", partner, by=by, to=partner.email)
    return partner.email


@transaction.atomic
def withdraw_partner(*, partner: Partner, because: str, by: User) -> Partner:
    """The link serves no longer, from this moment. What was given stays, and may still be accepted."""
    partner = _standing(partner)
    if not because.strip():
        raise Refused("Say why it is withdrawn", field="because")
    partner.link_sha256 = None
    partner.withdrawn_at, partner.withdrawn_by = now(), by
    partner.withdrawn_because = because.strip()
    partner.save()
    audit.record("withdrew partner", partner, by=by, because=partner.withdrawn_because)
    return partner


# What a partner gives ---------------------------------------------------------------------------------


@transaction.atomic
def give_figure(
    *,
    partner: Partner,
    indicator: Indicator,
    quarter: Quarter,
    typed: Mapping[str, str],
    file: tuple[str, bytes] | None = None,
) -> tuple[GivenFigure, bool]:
    """What a partner gives waits for the manager who answers for it, who is told. It is no result.

    Returns it, and whether it is new: the same again changes nothing; another replaces what still
    waits. Raises NotTaken where the link serves no longer, the figure is not asked of this partner, its
    quarter is closed or its result locked, or what was typed cannot be read.
    """
    partner = Partner.objects.select_for_update().get(pk=partner.pk)
    asked = _asked(partner, indicator, quarter)
    for name, told in what_is_wrong(typed, asked.requirements).items():
        raise NotTaken(told, field=name)
    given = as_given(typed)
    name, content = file or ("", b"")
    name = plain_name(name) if file else ""
    if file and (refusal := refusal_of(name, content)):
        raise NotTaken(refusal, field="file")
    sha256 = digest(content) if file else ""
    about = {"indicator": indicator, "quarter": quarter}
    waiting = list(
        GivenFigure.objects.select_for_update().filter(**about, state=GivenState.WAITING)
    )
    for each in waiting:
        same_file = not file or each.file_sha256 == sha256
        if each.partner_id == partner.pk and each.typed == given and same_file:
            return each, False
    for each in waiting:
        each.state = GivenState.REPLACED
        each.save(update_fields=["state"])
        _forget_file(each)
    figure = GivenFigure.objects.create(
        **about,
        partner=partner,
        typed=given,
        given_at=now(),
        file_name=name,
        file_sha256=sha256,
        file_path=default_storage.save(f"partners/{secrets.token_hex(16)}", ContentFile(content))
        if file
        else "",
    )
    audit.record(
        "gave figure",
        figure,
        by=f"{partner.contact}, {partner.name}",
        quarter=quarter.key,
        file=name,
        sha256=sha256,
        **given,
    )
    manager = indicator.accountable_manager
    owe_notice(
        key=f"partner-figure-{figure.pk}",
        kind=Notice.Kind.TO_DECIDE,
        recipient=manager,
        subject=f"{partner} gave a figure for {indicator.title}",
        body=f"{partner} gave its figure for {quarter}. It does not count until you accept it.",
        address=reverse("from_partners"),
    )
    return figure, True


@transaction.atomic
def accept_figure(*, figure: GivenFigure, by: User) -> Draft:
    """It is in the manager's own draft now, with its note as context, and its file is evidence.

    Nothing is submitted: the manager looks it over, says what there is to say, and submits it with the
    return. Raises Refused where it was decided on already, or its quarter takes no result any more.
    """
    figure = _undecided(figure, by)
    indicator, quarter = figure.indicator, figure.quarter
    draft = Draft.objects.filter(indicator=indicator, quarter=quarter).first()
    kept = dict(draft.typed) if draft else {}
    if indicator.made_of_months and MONTHS_SEEN not in kept:
        standing = months_given([indicator], quarter).get(indicator.pk, [])
        kept = months_as_typed(standing, quarter) | kept
        kept[MONTHS_SEEN] = months_seen(standing, quarter)
    typed = in_draft(figure.typed, kept, partner=str(figure.partner))
    saved = save_draft(
        indicator=indicator,
        quarter=quarter,
        typed=typed,
        version=draft.version if draft else 0,
        is_complete=False,
        by=by,
    )
    if figure.file_path:
        _keep_as_evidence(figure, by)
    _decide(figure, GivenState.ACCEPTED, "", by)
    audit.record("accepted partner’s figure", figure, by=by, quarter=quarter.key)
    return saved


@transaction.atomic
def refuse_figure(*, figure: GivenFigure, why: str, by: User) -> GivenFigure:
    """It is not taken. The partner reads why at its link, and may give another."""
    figure = _undecided(figure, by)
    if not why.strip():
        raise Refused("Say why it is not accepted: the partner reads it", field="why")
    _decide(figure, GivenState.REFUSED, why.strip(), by)
    _forget_file(figure)
    audit.record("refused partner’s figure", figure, by=by, why=figure.why)
    return figure


def _asked(partner: Partner, indicator: Indicator, quarter: Quarter) -> AskedOfPartner:
    for each in asked_of(partner):
        if (each.indicator.pk, each.quarter) == (indicator.pk, quarter):
            return each
    raise NotTaken(
        f"The figure of {indicator.reference} for {quarter} is not wanted now: its quarter may be closed"
        " or its result approved. If you think this is wrong, ask the council"
    )


def _undecided(figure: GivenFigure, by: User) -> GivenFigure:
    figure = GivenFigure.objects.select_for_update().select_related("indicator").get(pk=figure.pk)
    if not answerable_by(by).holds(figure.indicator):
        raise PermissionDenied("Only those who answer for the indicator decide")
    if not figure.is_waiting:
        raise Refused(f"It has already been decided: {figure.get_state_display().lower()}")
    return figure


def _keep_as_evidence(figure: GivenFigure, by: User) -> None:
    """Its file stands with the result, unless the same one does already."""
    kept = evidence_for(figure.indicator, figure.quarter)
    if not any(each.sha256 == figure.file_sha256 for each in kept):
        with default_storage.open(figure.file_path) as file:
            content = file.read()
        attach_evidence(
            indicator=figure.indicator,
            quarter=figure.quarter,
            name=figure.file_name,
            content=content,
            by=by,
        )
    _forget_file(figure)


def _decide(figure: GivenFigure, state: GivenState, why: str, by: User) -> None:
    figure.state, figure.why, figure.decided_by, figure.decided_at = state, why, by, now()
    figure.save()


def _forget_file(figure: GivenFigure) -> None:
    if path := figure.file_path:
        figure.file_path = ""
        figure.save(update_fields=["file_path"])
        transaction.on_commit(lambda: default_storage.delete(path))


def _standing(partner: Partner) -> Partner:
    partner = Partner.objects.select_for_update().get(pk=partner.pk)
    if partner.withdrawn_at is not None:
        raise Refused(f"{partner} was withdrawn: invite it again")
    return partner


def _takeable(indicators: Iterable[Indicator]) -> list[Indicator]:
    named = list(indicators)
    if not named:
        raise Refused("Name at least one indicator", field="indicators")
    return named


def _refuse_days(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Refused("Choose a last day that is not before the first", field="ends_on")
    if (ends_on - starts_on).days > LONGEST_LINK:
        raise Refused(
            "Choose a last day within a year: invite it again after that", field="ends_on"
        )


def _told(partner: Partner) -> dict[str, object]:
    references = partner.indicators.order_by("reference").values_list("reference", flat=True)
    return {
        "contact": partner.contact,
        "email": partner.email,
        "indicators": list(references),
        "quarter": partner.quarter.key if partner.quarter else "each",
        "starts_on": partner.starts_on.isoformat(),
        "ends_on": partner.ends_on.isoformat(),
    }
