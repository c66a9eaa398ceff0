"""What a drawn file carries inside itself: styles, the vendored font, small shapes. Read once."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from io import BytesIO
from pathlib import Path

from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent / "styles"
# In the order in which a letter is looked for in them; core/lettering.py lists what they hold.
FACES = {
    "Public Sans": "public-sans-latin",
    "Public Sans Extended": "public-sans-latin-ext",
    "Public Sans Vietnamese": "public-sans-vietnamese",
    "Roboto Greek": "roboto-greek",
    "Roboto Cyrillic": "roboto-cyrillic",
    "Roboto Mathematics": "roboto-math",
}
WEIGHTS = (400, 700)
FONTS = {
    f"{file}-{weight}": (family, weight) for family, file in FACES.items() for weight in WEIGHTS
}
ARROWS = {
    "improving": ("#0B6B3A", "M2.5 11.5 11 3M4.5 2.5H11.5V9.5"),
    "worsening": ("#9B1B30", "M2.5 2.5 11 11M4.5 11.5H11.5V4.5"),
    "level": ("#5B6673", "M1 7H12M7.5 2.5 12 7 7.5 11.5"),
    "rising": ("#5B6673", "M7 13V2M2.5 6.5 7 2 11.5 6.5"),
    "falling": ("#5B6673", "M7 1V12M2.5 7.5 7 12 11.5 7.5"),
}
SHAPES = {
    "square": '<rect x="1" y="1" width="10" height="10" fill="#FFFFFF"/>',
    "triangle": '<path d="M6 .8 11.6 11H.4Z" fill="#1A1A1A"/>',
    "circle": '<circle cx="6" cy="6" r="5.2" fill="#FFFFFF"/>',
    "ring": '<circle cx="6" cy="6" r="4.4" fill="none" stroke="#2B3440" stroke-width="1.8"/>',
}


@cache
def font(name: str) -> bytes:
    """A vendored font file, such as public-sans-latin-400."""
    found = finders.find(f"vendor/fonts/{name}-normal.woff2")
    if found is None:
        raise FileNotFoundError(f"The vendored font {name} is not among the static files")
    return Path(found).read_bytes()


@cache
def pictures() -> dict[str, tuple[bytes, str]]:
    """Everything the PDF may ask for: `{"ring.svg": (b"<svg…", "image/svg+xml"), …}`, and nothing else."""
    found = {f"{name}.woff2": (font(name), "font/woff2") for name in FONTS}
    for name, shape in SHAPES.items():
        found[f"{name}.svg"] = (_svg(12, shape), "image/svg+xml")
    for name, (ink, path) in ARROWS.items():
        arrow = f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="2.2"/>'
        found[f"{name}.svg"] = (_svg(14, arrow), "image/svg+xml")
    return found


def _svg(size: int, content: str) -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}"'
        f' viewBox="0 0 {size} {size}">{content}</svg>'
    ).encode()


def page_styles(text: str) -> str:
    """The styles of a stand-alone page, and inside them the fonts that its text needs."""
    faces = [
        _face(*FONTS[name], f"data:font/woff2;base64,{b64encode(font(name)).decode()}")
        for name in _fonts_for(frozenset(text))
    ]
    return "\n".join([*faces, _sheet("document"), _sheet("screen")])


def _fonts_for(letters: frozenset[str]) -> list[str]:
    """The first font, and of the others those that hold a letter which those before them lack."""
    wanted, (first, *others) = [], FACES.values()
    missing = {ord(each) for each in letters} - _codes(first)
    for face in others:
        if missing & _codes(face):
            wanted.append(face)
            missing -= _codes(face)
    return [f"{face}-{weight}" for face in (first, *wanted) for weight in WEIGHTS]


@cache
def _codes(face: str) -> frozenset[int]:
    with TTFont(BytesIO(font(f"{face}-{WEIGHTS[0]}"))) as held:
        return frozenset(held.getBestCmap())


OURS = "#123c4a"


def in_colour(styles: str, colour: str) -> str:
    """Styles with the council's own colour in place of ours, where it has one."""
    return styles.replace(OURS, colour) if colour else styles


@cache
def print_styles() -> str:
    """The styles of the PDF, which asks for its fonts and shapes by name."""
    faces = [_face(*face, f"asset:{name}.woff2") for name, face in FONTS.items()]
    return "\n".join([*faces, _sheet("document"), _sheet("print")])


def _face(family: str, weight: int, address: str) -> str:
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};'
        f'src:url("{address}") format("woff2")}}'
    )


def _sheet(name: str) -> str:
    return (HERE / f"{name}.css").read_text(encoding="utf-8")
