"""What every request is asked on its way in, and every response given on its way out."""

from collections.abc import Callable
from typing import cast

from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render

from core.own_words import spoken
from kcc_perf.sessions import SessionStore
from organisation.queries import council_facts


class PrivateByDefault:
    """No response is kept by a cache unless its view says that it is public."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:  # PostgreSQL takes none, and no address of ours has one
            request.path_info = "/not-found/"
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class OwnWords:
    """Whatever a request leads to is said in the council's own words.

    Not what machines ask: the process answers them though the database does not.
    """

    FOR_MACHINES = ("/healthz", "/readyz")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in self.FOR_MACHINES:
            return self.get_response(request)
        with spoken(council_facts().said):
            return self.get_response(request)


class ReadableForms:
    """What is sent as a form and cannot be read as one is answered in words, whoever asks for it.

    Read here, before anything else reads it: where the page that tells of an error is the one that
    stumbles over the form again, there is no page at all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            try:
                request.POST  # noqa: B018 reading it is the question
            except (BadRequest, MultiPartParserError, SuspiciousOperation):
                return render(None, "400.html", status=400)
        return self.get_response(request)


class RollingSessions(SessionMiddleware):
    """A session lasts half an hour from page to page, and keeping it alive fails no page.

    What a page itself wrote into its session is saved as Django saves it, and fails as loudly.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        session = cast(SessionStore, request.session)  # SESSION_ENGINE says so
        if not (session.is_empty() or session.modified or response.status_code >= 500):
            session.renew()
        return response
