"""A thousand broken workbooks through the upload page: `python tests/load/workbook_mutations.py`.

It runs the suite's own test with more of them, on the database that DATABASE_URL names, and prints
what came of each kind and how long the slowest took.
"""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]
TEST = "tests/indicators/test_workbooks_mutated.py"

if __name__ == "__main__":
    os.chdir(HERE)
    sys.path.insert(0, str(HERE))
    os.environ["WORKBOOK_MUTATIONS"] = sys.argv[1] if len(sys.argv) > 1 else "1000"
    sys.exit(pytest.main([TEST, "-q", "-s", "-p", "no:cacheprovider"]))
