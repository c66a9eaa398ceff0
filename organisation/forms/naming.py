"""Naming who does something: somebody of the council, or, said so, somebody outside it."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms import PrintedText
from organisation.models.people import User
from organisation.queries import Colleagues

LIST = "colleagues"  # the id of the list on a page with such a form


def who_field(*, required: bool = False) -> PrintedText:
    """A name, typed or picked from the list of colleagues that the page has."""
    return PrintedText(
        label="Who will do it?",
        max_length=200,
        required=required,
        error_messages={"required": "Enter who will do it"},
        help_text="Type a name or choose from the list. It reaches them on their home page.",
        widget=forms.TextInput(attrs={"list": LIST, "autocomplete": "off"}),
    )


def outsider_field() -> forms.BooleanField:
    return forms.BooleanField(
        label="They are outside the council, or a team and not one person",
        required=False,
        help_text="It then stands in no one’s list: tell them yourself.",
    )


class NamesWho(forms.Form):
    """A form with a field `owner` (`who_field`) and a tick `is_outsider` (`outsider_field`).

    Once it is clean, `person` is whoever of the council is named, and `owner` their name as they go
    by it; of somebody outside there is the name alone.
    """

    colleagues: Colleagues

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        typed, outside = said.get("owner"), said.pop("is_outsider", False)
        said["person"] = None
        if typed and not outside:
            said["person"] = self._person(typed)
            if said["person"]:
                said["owner"] = said["person"].name
        return said

    def _person(self, typed: str) -> User | None:
        found = self.colleagues.called(typed)
        if len(found) == 1:
            return found[0]
        if found:
            self.add_error("owner", f"{len(found)} people are called {typed}: choose from the list")
            return None
        like = self.colleagues.like(typed)
        meant = f"Did you mean {' or '.join(like)}? " if like else ""
        self.add_error(
            "owner",
            f"Nobody with a post is called “{typed}”. {meant}Choose from the list, or tick that they are"
            " outside the council",
        )
        return None
