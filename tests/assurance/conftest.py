"""A meeting on 14 November 2011, its chair, and an indicator that went red before it."""

import pytest
import time_machine

from sorp.lexicon import Layer
from tests.assurance.factories import CallInFactory, MeetingFactory, chair_of
from tests.factories import IndicatorFactory, rated


@pytest.fixture
def on_the_day_of_the_meeting():
    with time_machine.travel("2011-11-14T09:00:00+00:00", tick=False):
        yield


@pytest.fixture
def meeting():
    return MeetingFactory()


@pytest.fixture
def chair(meeting):
    return chair_of(meeting.team)


@pytest.fixture
def red():
    """An indicator that went from amber to red in the meeting's quarter."""
    indicator = IndicatorFactory(reference="PI-7", title="Potholes repaired", layer=Layer.CORE)
    rated(indicator, "AR")
    return indicator


@pytest.fixture
def call_in(meeting, red):
    return CallInFactory(meeting=meeting, indicator=red)
