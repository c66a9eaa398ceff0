"""Letting people in and keeping them out: invitations by e-mail or letter, and disabling at once."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPException

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse

from core import audit
from core.clock import localdate, now
from core.dates import as_date
from core.post import is_post_set_up
from core.refusals import Refused
from organisation.models.people import User
from organisation.queries import council_name, officers_who_can_sign_in, posts_held


def password_link(person: User) -> str:
    """The address at which a person chooses a password, as the e-mail that resets one gives it.

    It serves once, for three days (PASSWORD_RESET_TIMEOUT).
    """
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    named = [user_pk_to_url_str(person), key]
    return settings.SERVICE_ADDRESS + reverse("account_reset_password_from_key", args=named)


@transaction.atomic
def invite_by_email(*, person: User, by: User) -> str:
    """A person is written to, with a link at which they choose a password. Returns to which address.

    Raises Refused for somebody who was disabled, where everybody is invented, where no e-mail leaves
    the service, and where the post does not take it.
    """
    _refuse_disabled(person)
    if settings.DEMONSTRATION:
        raise Refused("A demonstration sends no e-mail: print the letter instead")
    if not is_post_set_up():
        raise Refused("This service cannot send e-mail yet: print the letter instead", field="way")
    subject, body = invitation(person, by=by)
    audit.record("invited person", person, by=by, way="e-mail", to=person.email)
    try:
        send_mail(subject, body, None, [person.email])
    except (OSError, SMTPException):
        raise Refused(
            f"The e-mail to {person.email} could not be sent: try again, or print the letter"
        ) from None
    return person.email


@transaction.atomic
def invite_by_letter(*, person: User, by: User) -> str:
    """A letter is made with a link of its own, to be printed and handed over. Returns its words."""
    _refuse_disabled(person)
    _, body = invitation(person, by=by)
    audit.record("invited person", person, by=by, way="letter")
    return body


def invitation(person: User, *, by: User) -> tuple[str, str]:
    """The subject and the words of an invitation, with a link of its own."""
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
    until = as_date(now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT))
    posts = [post.title for post in posts_held(person, on=localdate())]
    council = council_name()
    lines = [
        f"Dear {person.name},",
        "",
        f"{by.name} invites you to {council}’s performance management service.",
    ]
    if posts:
        lines += ["", "Your posts are:", *(f"- {title}" for title in posts)]
    lines += [
        "",
        "Choose a password here, and then sign in with it:",
        password_link(person),
        "",
        f"The link works once, until {until} ({days} days). After that, ask {by.name} for another.",
        f"From then on you sign in with {person.email} at {settings.SERVICE_ADDRESS}.",
        "",
        "If this is not for you, do nothing: nobody can sign in without the link.",
    ]
    return f"Sign in to {council}’s performance management service", "\n".join(lines)


@transaction.atomic
def disable_person(*, person: User, reason: str, by: User) -> User:
    """A person can do nothing from their next click on, and no longer sign in. Nothing of theirs goes.

    Raises Refused for oneself, and for the last performance officer who can sign in.
    """
    if person == by:
        raise Refused("You cannot disable yourself: ask another performance officer")
    able = officers_who_can_sign_in(on=localdate())
    if able == [person]:
        raise Refused(
            f"{person.name} is the only performance officer who can sign in: appoint another first"
        )
    if not person.is_active:
        return person
    person.is_active = False
    person.save(update_fields=["is_active"])
    audit.record("disabled person", person, by=by, reason=reason)
    return person


@transaction.atomic
def enable_person(*, person: User, reason: str, by: User) -> User:
    """A person who was disabled may sign in again, with the password they had."""
    if person.is_active:
        return person
    person.is_active = True
    person.save(update_fields=["is_active"])
    audit.record("enabled person", person, by=by, reason=reason)
    return person


def _refuse_disabled(person: User) -> None:
    if not person.is_active:
        raise Refused(f"{person.name} is disabled: enable them first")
