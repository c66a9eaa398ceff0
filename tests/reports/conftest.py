"""One edition's files, drawn once for all who only look at them."""

import pytest

from reports.rendering.files import files_of
from tests.reports.documents import public_edition


@pytest.fixture(scope="session")
def document():
    return public_edition()


@pytest.fixture(scope="session")
def files(document):
    from django.conf import settings

    return files_of(document, version=settings.PRODUCT_VERSION)
