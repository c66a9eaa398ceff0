"""What a drawn file carries inside itself: styles, the vendored font, small shapes. Read once."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

HERE = Path(__file__).parent / "styles"
FONTS = {
    400: "vendor/fonts/public-sans-latin-400-normal.woff2",
    700: "vendor/fonts/public-sans-latin-700-normal.woff2",
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
def font(weight: int) -> bytes:
    """The vendored font file of a weight."""
    found = finders.find(FONTS[weight])
    if found is None:
        raise FileNotFoundError(f"The vendored font {FONTS[weight]} is not among the static files")
    return Path(found).read_bytes()


@cache
def pictures() -> dict[str, tuple[bytes, str]]:
    """Everything the PDF may ask for: `{"ring.svg": (b"<svg…", "image/svg+xml"), …}`, and nothing else."""
    found = {f"public-sans-{weight}.woff2": (font(weight), "font/woff2") for weight in FONTS}
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


@cache
def page_styles() -> str:
    """The styles of the stand-alone page, its font inside them."""
    faces = [
        _face(weight, f"data:font/woff2;base64,{b64encode(font(weight)).decode()}")
        for weight in FONTS
    ]
    return "\n".join([*faces, _sheet("document"), _sheet("screen")])


@cache
def print_styles() -> str:
    """The styles of the PDF, which asks for its font and shapes by name."""
    faces = [_face(weight, f"asset:public-sans-{weight}.woff2") for weight in FONTS]
    return "\n".join([*faces, _sheet("document"), _sheet("print")])


def _face(weight: int, address: str) -> str:
    return (
        f'@font-face{{font-family:"Public Sans";font-weight:{weight};'
        f'src:url("{address}") format("woff2")}}'
    )


def _sheet(name: str) -> str:
    return (HERE / f"{name}.css").read_text(encoding="utf-8")
