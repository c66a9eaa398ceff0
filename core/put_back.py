"""What somebody sent when their sign-in had ended comes back into its page once they sign in again.

It waits in the session that they then sign in with, for them alone and for half an hour. Only a
request that carries a session which was theirs leaves anything: a stranger can store nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, QueryDict

KEPT = "sent_while_signed_out"
LARGEST = 200_000  # characters: a return of two hundred indicators
ENDED = "sign_in_ended_of"  # on a request whose sign-in has just been ended: whose it was


def keep_sent(request: HttpRequest) -> bool:
    """What was sent from a page is kept until its sender signs in. False where it is nobody's, or too long."""
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        return False  # sent by a script, which keeps it itself
    sent = request.POST.copy()
    sent.pop("csrfmiddlewaretoken", None)
    fields = sent.urlencode()
    person = getattr(request, ENDED, None) or _whose_session(request)
    if person is None or len(fields) > LARGEST:
        return False
    request.session[KEPT] = {"person": str(person), "path": request.path, "fields": fields}
    return True


def put_back(request: HttpRequest) -> QueryDict | None:
    """What this person had sent to this page while signed out: once, and nobody else."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if kept is None or kept["path"] != request.path:
        return None
    del request.session[KEPT]
    return QueryDict(kept["fields"]) if kept["person"] == str(request.user.pk) else None


def _whose_session(request: HttpRequest) -> str | None:
    """Whose session it was that this request still carries, though it has run out."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    store = import_module(settings.SESSION_ENGINE).SessionStore
    row = store.get_model_class().objects.filter(session_key=key).first()
    found = row.get_decoded().get(SESSION_KEY) if row else None
    return str(found) if found else None
