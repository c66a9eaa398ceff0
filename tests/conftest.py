"""What every test may ask for."""

from datetime import date

import pytest

from sorp.lexicon import Quarter


@pytest.fixture(autouse=True)
def _media_of_its_own(settings, tmp_path):
    """No test leaves a file behind, nor finds one that another left."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def sorp_in_force(db):
    """The default SORP, ruling every quarter from Q1 2010/11."""
    from sorp.services import seed_default_statement

    version, _ = seed_default_statement(
        in_force_from=Quarter(2010, 1), approved_on=date(2010, 4, 1), by=None
    )
    return version
