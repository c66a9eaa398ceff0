"""A thousand broken workbooks through the upload page: `python -m tests.load.workbook_mutations`.

It runs the suite's own test with more of them, on the database that DATABASE_URL names, and prints
what came of each kind and how long the slowest took.
"""

import os
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]
TEST = "tests/indicators/test_workbooks_mutated.py"
EACH_WITHIN = 10  # seconds


class Timing:
    """A plugin that times each upload of the test's."""

    slowest = 0.0

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        sent = pyfuncitem.module._sent

        def timed(*given):
            began = time.perf_counter()
            try:
                return sent(*given)
            finally:
                self.slowest = max(self.slowest, time.perf_counter() - began)

        pyfuncitem.module._sent = timed
        return (yield)


if __name__ == "__main__":
    os.chdir(HERE)
    os.environ["WORKBOOK_MUTATIONS"] = sys.argv[1] if len(sys.argv) > 1 else "1000"
    timing = Timing()
    failed = pytest.main([TEST, "-q", "-s", "-p", "no:cacheprovider"], plugins=[timing])
    sys.stdout.write(f"the slowest upload took {timing.slowest:.2f} s\n")
    sys.exit(failed or int(timing.slowest > EACH_WITHIN))
