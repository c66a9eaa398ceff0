"""What is done about the ways in which a person proves who they are."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from core import audit
from core.clock import now
from core.refusals import Refused
from organisation.models.accounts import CouncilAccount
from organisation.models.people import User


@transaction.atomic
def note_council_account(*, issuer: str, subject: str, name: str, email: str) -> CouncilAccount:
    """That an account came is kept, with what it says of itself. Returns it, joined or waiting."""
    account, is_new = CouncilAccount.objects.update_or_create(
        issuer=issuer,
        subject=subject,
        defaults={"name": name[:200], "email": email[:254], "last_came_at": now()},
    )
    if is_new:
        audit.record("noted council account", account, by=None)
    return account


@transaction.atomic
def join_council_account(*, account: CouncilAccount, person: User, by: User) -> CouncilAccount:
    """From now on whoever signs in with this account is this person.

    Raises Refused where the account is somebody's already: part it first, so that nobody's is
    taken over by a slip.
    """
    account = CouncilAccount.objects.select_for_update().get(pk=account.pk)
    if account.person_id == person.pk:
        return account
    if account.person is not None:
        raise Refused(f"This account is linked to {account.person.name}. Unlink it first.")
    if not person.is_active:
        raise Refused(f"{person.name} can no longer sign in, so no account can be linked to them.")
    account.person, account.joined_by, account.joined_at = person, by, now()
    account.save(update_fields=["person", "joined_by", "joined_at"])
    audit.record("joined council account", account, by=by, person=person.pk)
    return account


@transaction.atomic
def part_council_account(*, account: CouncilAccount, by: User) -> None:
    """The account opens nothing any more, and whoever it was joined to is signed out everywhere."""
    account = CouncilAccount.objects.select_for_update().get(pk=account.pk)
    person = account.person
    if person is None:
        return
    account.person = account.joined_by = account.joined_at = None
    account.save(update_fields=["person", "joined_by", "joined_at"])
    end_sign_ins(person=person)
    audit.record("parted council account", account, by=by, person=person.pk)


@transaction.atomic
def forget_second_factor(*, person: User, by: User | None) -> bool:
    """Somebody whose phone is lost signs in by password alone, and adds another phone.

    Recovery codes go too, and open sign-ins end. Returns whether there was a second factor.
    """
    forgotten, _ = Authenticator.objects.filter(user=person).delete()
    if not forgotten:
        return False
    end_sign_ins(person=person)
    audit.record("forgot second factor", person, by=by)
    return True


def end_sign_ins(*, person: User) -> None:
    """The person is signed out wherever they are signed in."""
    for sign_in in UserSession.objects.filter(user=person):
        sign_in.end()
