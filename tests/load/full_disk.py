"""A disk that is really full, as root: `python -m tests.load.full_disk`.

What is kept on it is refused aloud, and what stood there still stands. The suite does the same with a
limit on the size of files, which anybody may set.
"""

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from core.kept_files import keep_file

SIZE = 1 << 20
BEFORE = b"what was published before\n"


def main() -> int:
    if os.geteuid() != 0:
        sys.stdout.write("Left out: only root can make a disk of its own\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder],
            check=True,
        )
        try:
            path = Path(folder) / "report.pdf"
            keep_file(path, BEFORE)
            try:
                keep_file(path, b"x" * 2 * SIZE)
            except OSError as reason:
                is_told = reason.errno == errno.ENOSPC
            else:
                is_told = False
            left = {each.name: each.read_bytes() for each in Path(folder).iterdir()}
        finally:
            subprocess.run(["umount", folder], check=True)
    is_sound = is_told and left == {"report.pdf": BEFORE}
    sys.stdout.write("refused aloud; the file before stands alone\n" if is_sound else f"{left}\n")
    return int(not is_sound)


if __name__ == "__main__":
    sys.exit(main())
