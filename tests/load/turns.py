"""A pytest plugin: every test as many times as TURNS says, each from the beginning."""

import os


def pytest_generate_tests(metafunc):
    metafunc.fixturenames.append("turn")
    metafunc.parametrize("turn", range(int(os.environ["TURNS"])))
