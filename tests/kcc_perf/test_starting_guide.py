"""The guide for whoever starts a council: each page that it names is one."""

import re
from pathlib import Path

import pytest
from django.urls import resolve

GUIDE = (Path(__file__).resolve().parents[2] / "docs/guides/starting.md").read_text(
    encoding="utf-8"
)
IMAGES = Path(__file__).resolve().parents[2] / "docs/images"
ADDRESSES = re.findall(r"`(/[a-z/-]*)`", GUIDE)


@pytest.mark.parametrize("address", sorted(set(ADDRESSES)))
def test_each_address_that_it_names_is_a_page(address):
    assert resolve(address).url_name


def test_every_step_but_the_plain_ones_names_a_page():
    steps = re.split("^## ", GUIDE, flags=re.MULTILINE)[1:]

    assert len(steps) == 17
    assert [step.splitlines()[0] for step in steps if not re.search(r"`/[a-z]", step)] == []


def test_each_picture_is_there_described_and_small():
    pictures = re.findall(r"!\[([^\]]*)\]\(\.\./images/([a-z-]+\.png)\)", GUIDE)

    assert len(pictures) >= 6
    for described, name in pictures:
        assert len(described) > 15, name
        assert (IMAGES / name).stat().st_size < 120_000, name
