"""The guide for those who write the SORP: what it shows is what the service reads and says."""

import json
import re
from pathlib import Path

import pytest
from django.urls import get_resolver

from escalation.rules.rule_files import read_rules
from sorp.rules.checks import Check
from sorp.rules.conditions.base import Condition
from sorp.rules.conditions.kinds import lines_of_the_guide

GUIDE = (Path(__file__).resolve().parents[2] / "docs/guides/sorp.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(\{\"name\".*?)```\n\n> (.*?)\n", GUIDE, flags=re.DOTALL)


def read(*triggers):
    return read_rules(json.dumps({"triggers": triggers}).encode(), "rules.json").triggers


@pytest.mark.parametrize(("written", "sentence"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_each_example_is_read_and_makes_the_sentence_that_follows_it(written, sentence):
    (trigger,) = read(json.loads(written))

    assert trigger.sentence == sentence


def test_there_is_an_example_of_every_kind_of_trigger():
    kinds = {trigger.kind for trigger in read(*(json.loads(written) for written, _ in EXAMPLES))}

    assert kinds == set(Condition.KINDS)


def test_the_whole_rules_file_is_read_with_every_key_of_the_table():
    (written,) = re.findall(r"```json\n(\{\"triggers\".*?)```", GUIDE, flags=re.DOTALL)
    rules = read_rules(written.encode(), "rules.json")

    assert (rules.exit_quarters, rules.relapse_within, rules.relapse_shortens_by) == (1, 4, 1)
    assert set(json.loads(written)) - {"triggers"} <= set(re.findall(r"^\| `(\w+)`", GUIDE, re.M))


def test_every_check_is_explained():
    assert set(Check) <= set(re.findall(r"^\| `(\w+)`", GUIDE, re.M))


def test_every_address_it_names_is_one():
    addresses = set(re.findall(r"`(/[\w/<>-]+/)`", GUIDE))
    filled = {
        address.replace("<reference>", "HW-01")
        .replace("<quarter>", "2011-Q1")
        .replace("<number>", "2")
        .replace("<other>", "1")
        .replace("<part>", "terms")
        .replace("<key>", "referral")
        for address in addresses
    }
    assert len(filled) >= 8
    for address in filled:
        get_resolver().resolve(address)


def test_the_table_of_kinds_is_that_of_the_classes():
    table = GUIDE.partition("| kind | looks for |")[2].partition("\n\n")[0]

    assert table.splitlines()[2:] == lines_of_the_guide()
