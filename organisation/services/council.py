"""What the council says of itself: its name, its look and its own words."""

from __future__ import annotations

import io
import re
import secrets
import warnings
from collections.abc import Mapping

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, UnidentifiedImageError

from core import audit
from core.canonical_json import digest
from core.own_words import OURS
from core.refusals import Refused
from organisation.models.council import AssuranceTeams, Council
from organisation.models.people import User
from organisation.queries import council_name, forget_council
from organisation.rules import LEAST_CONTRAST, contrast_with_white

LARGEST_LOGO = 500 * 1024  # bytes
LONGEST_SIDE = 2_000  # pixels
KEPT_SIDE = 400
LOGO_KINDS = ("PNG", "JPEG", "WEBP", "GIF")
LONGEST_WORD = 60


@transaction.atomic
def describe_council(
    *,
    name: str,
    colour: str,
    words: Mapping[str, str],
    teams: AssuranceTeams,
    by: User | None,
) -> Council:
    """The council is called this, shows this colour, and calls things so from now on.

    What is published stays as it was published. Words left empty are ours. Raises Refused for a colour
    on which white text cannot be read, and for a word that is none of those it may name.
    """
    council = _council()
    was = _said_of(council)
    council.name = name.strip()
    council.colour = _readable(colour)
    council.words = {
        key: said for key, text in words.items() if (said := _one_line(key, text)) != OURS[key]
    }
    council.teams = teams
    council.save()
    forget_council()
    if was != (becomes := _said_of(council)):
        audit.record("described council", council, by=by, was=was, becomes=becomes)
    return council


@transaction.atomic
def show_logo(*, content: bytes, description: str, by: User | None) -> Council:
    """The council's logo stands at the head of every page, as a PNG of our own making.

    Drawn anew, so that nothing but the picture is kept. Raises Refused for what is no picture, is too
    large, or has no words for those who do not see it.
    """
    if not description.strip():
        raise Refused("Say in words what the logo shows", field="description")
    picture = _redrawn(content)
    council = _council()
    council.logo = default_storage.save(
        f"council/{secrets.token_hex(16)}.png", ContentFile(picture)
    )
    council.logo_sha256 = digest(picture)
    council.logo_description = description.strip()
    council.save()
    forget_council()
    audit.record("showed logo", council, by=by, description=description, size=len(picture))
    return council


@transaction.atomic
def remove_logo(*, by: User | None) -> Council:
    """Pages show the service's own mark again."""
    council = _council()
    if council.logo:
        council.logo = council.logo_sha256 = council.logo_description = ""
        council.save()
        forget_council()
        audit.record("removed logo", council, by=by)
    return council


def _council() -> Council:
    """The one row, held for whoever changes it; a new one where there is none."""
    rows = Council.objects.select_for_update()
    return rows.filter(pk=Council.ONLY).first() or Council(pk=Council.ONLY, name=council_name())


def _said_of(council: Council) -> dict[str, object]:
    return {
        "name": council.name,
        "colour": council.colour,
        "teams": council.get_teams_display(),
        **{f"calls {OURS[key]}": said for key, said in sorted(council.words.items())},
    }


def _readable(colour: str) -> str:
    colour = colour.strip().lower()
    if not colour:
        return ""
    if not colour.startswith("#"):
        colour = f"#{colour}"
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        raise Refused("Write the colour in six letters and figures, like #123c4a", field="colour")
    contrast = contrast_with_white(colour)
    if contrast < LEAST_CONTRAST:
        raise Refused(
            f"White text on {colour} has a contrast of {contrast:.1f}:1, and {LEAST_CONTRAST}:1 is"
            " needed to be read: choose a darker colour",
            field="colour",
        )
    return colour


def _one_line(key: str, text: str) -> str:
    if key not in OURS:
        raise Refused(f"{key} is not a word that a council names for itself")
    said = " ".join(text.split())
    if len(said) > LONGEST_WORD:
        raise Refused(f"Write at most {LONGEST_WORD} characters", field=key)
    return said or OURS[key]


def _redrawn(content: bytes) -> bytes:
    if len(content) > LARGEST_LOGO:
        raise Refused(
            f"The picture must be {LARGEST_LOGO // 1024} kB or smaller: make it smaller first",
            field="logo",
        )
    try:
        with (
            warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning),
            Image.open(io.BytesIO(content), formats=LOGO_KINDS) as picture,
        ):
            if max(picture.size) > LONGEST_SIDE:
                raise Refused(
                    f"The picture must be at most {LONGEST_SIDE:,} pixels wide and high, not"
                    f" {picture.width:,} by {picture.height:,}",
                    field="logo",
                )
            drawn = picture.convert("RGBA")
    except (
        Image.DecompressionBombError,
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
    ) as reason:
        if isinstance(reason, Refused):
            raise
        raise Refused(
            "The file cannot be read as a picture: choose a PNG, JPEG, WebP or GIF", field="logo"
        ) from None
    drawn.thumbnail((KEPT_SIDE, KEPT_SIDE))
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()
