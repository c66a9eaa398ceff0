"""The small council's report of Q2 2011/12, closed, built and verified: `python -m tests.service.report FOLDER`.

In whatever migrated database the environment names, and by the commands that an officer has.
"""

import sys
from pathlib import Path

from django.core.management import call_command

from tests.service.council import found

if __name__ == "__main__":
    where = Path(sys.argv[1])
    found()
    call_command("close_quarter", "2011-Q2")
    call_command("build_report", "2011-Q2", output=where)
    call_command("verify_report", where)
