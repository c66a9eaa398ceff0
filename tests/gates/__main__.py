"""Change the code and see whether the tests notice: `make gates`.

Two gates. Every statement that writes to the audit record is deleted in turn: the gate on services
in tests/kcc_perf/test_house.py notices, or a test of what the act does. And mutants of rules and
services are drawn by seed: a share of them must die that is no less than LEAST_KILLED. What came of
each is kept in docs/mutants.md. `--root` tries another tree, such as an earlier commit's.
"""

from __future__ import annotations

import argparse
import json
import queue
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from platform import python_version

from tests.gates.audit_paths import Audit
from tests.gates.copies import Copy, test_files
from tests.gates.mutants import Mutant, deletion, drawn
from tests.gates.source import Source

ROOT = Path(__file__).resolve().parents[2]
SEED, NUMBER, PROCESSES = 8, 200, 2
# What the whole suite kills, less what one unlucky draw may cost. Raise it when more die.
LEAST_KILLED = 0.80
# Seconds of tests, as they last on code that is as it should be, that are tried on one mutant:
# first those that reach least besides it, then more.
SOON, AT_MOST = 10.0, 60.0
MOST_TESTS = 300


@dataclass(frozen=True)
class Fate:
    mutant: Mutant
    died: str  # which test noticed it; "" where none did
    tests: int  # how many were tried

    @property
    def told(self) -> str:
        if self.died:
            return f"died: {self.died}"
        return f"survived {self.tests} tests" if self.tests else "no test reaches it"


class Reach:
    """Which tests reach which place, from one run of every test with a mark at each place."""

    def __init__(self, tests: dict[str, dict], source: Source) -> None:
        self.tests = {name: told for name, told in tests.items() if told["passed"]}
        self.failed = sorted(tests.keys() - self.tests.keys())
        self.source = source
        self.by_place: dict[str, set[str]] = {}
        for name, told in self.tests.items():
            for place in told["reached"]:
                self.by_place.setdefault(place, set()).add(name)
                self.by_place.setdefault(place.partition(":")[0], set()).add(name)

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that can see a mutant, those first that reach least besides it."""
        found = self.by_place.get(mutant.place, set())
        if not found and ":" not in mutant.place:  # a table: seen by those who use its importers
            found = set().union(*(self.by_place.get(user, set()) for user in self._users(mutant)))
        return sorted(found, key=lambda name: (len(self.tests[name]["reached"]), name))

    def _users(self, mutant: Mutant) -> list[str]:
        root = self.source.root
        (of,) = (
            name
            for name, module in self.source.modules.items()
            if module.path == root / mutant.path
        )
        return [
            module.path.relative_to(root).as_posix()
            for module in self.source.modules.values()
            if any(
                source == of or f"{source}.{name}" == of
                for source, name in module.imported.values()
            )
        ]

    def rounds(self, mutant: Mutant) -> list[list[str]]:
        """The tests to try on a mutant, in two rounds."""
        first: list[str] = []
        more: list[str] = []
        seconds = 0.0
        for name in self.of(mutant):
            lasts = self.tests[name]["seconds"]
            if seconds + lasts > AT_MOST and first:
                continue
            seconds += lasts
            (first if seconds <= SOON or not first else more).append(name)
            if len(first) + len(more) == MOST_TESTS:
                break
        return [each for each in (first, more) if each]

    def seconds(self, tests: Sequence[str]) -> float:
        return sum(self.tests[name]["seconds"] for name in tests)


def reach_of(root: Path, copies: Sequence[Copy], kept: Path) -> dict[str, dict]:
    """Run every test once with marks, the copies side by side; or read what was kept of it."""
    if kept.exists():
        return json.loads(kept.read_text())
    files = test_files(root)
    shares = [files[number :: len(copies)] for number in range(len(copies))]
    with ThreadPoolExecutor(len(copies)) as pool:
        told = list(pool.map(lambda copy, share: copy.reach(share), copies, shares))
    tests = {name: each for share in told for name, each in share.items()}
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(tests))
    return tests


def digest_of(root: Path) -> str:
    """The same as long as nothing that the tests may look at has changed."""
    found = sha256()
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        if folder.name.startswith(".") or folder.name in {"docs", "var", "node_modules"}:
            continue
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".py", ".html", ".csv", ".json"}:
                found.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


def tried(mutant: Mutant, reach: Reach, copies: queue.Queue[Copy]) -> Fate:
    tests = 0
    for some in reach.rounds(mutant):
        copy = copies.get()
        try:
            died = copy.tried(mutant, some, seconds=60 + 4 * reach.seconds(some))
        finally:
            copies.put(copy)
        tests += len(some)
        if died:
            return Fate(mutant, died, tests)
    return Fate(mutant, "", tests)


def unnoticed_deletions(root: Path, source: Source) -> tuple[int, list[Mutant]]:
    """How many statements write to the record, and the deletions that no path of calls betrays."""
    audit = Audit(source)
    before, statements = audit.unrecorded(), list(audit.recordings())
    mutants = []
    for qualified, statement in statements:
        with audit.without(qualified, statement):
            noticed = audit.unrecorded() != before
        if not noticed:
            path = source.functions[qualified][0].path
            mutants.append(deletion(root, path, statement, "record deleted"))
    return len(statements), mutants


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("`", "'")


def table(fates: Sequence[Fate]) -> list[str]:
    return [
        "| place | kind | was | becomes | what came of it | key |",
        "|---|---|---|---|---|---|",
        *(
            f"| {each.mutant.path}:{each.mutant.line} | {each.mutant.kind} |"
            f" `{cell(each.mutant.before)[:120]}` | `{cell(each.mutant.after)[:120]}` |"
            f" {cell(each.told)} | {each.mutant.key} |"
            for each in fates
        ),
    ]


def paper(fates: list[Fate], deleted: list[Fate], statements: int, reach: Reach, seed: int) -> str:
    """What is kept of a run."""
    died = [each for each in fates if each.died]
    lived = [each for each in fates if not each.died]
    kinds = Counter(each.mutant.kind for each in fates)
    dead = Counter(each.mutant.kind for each in died)
    lost = [each for each in deleted if not each.died]
    lines = [
        "# Mutants",
        "",
        f"The last run of `make gates`: {date.today():%-d %B %Y}, Python {python_version()}, SQLite,"
        f" {len(reach.tests)} tests.",
        "",
        "## Acts whose record is deleted",
        "",
        f"{statements} statements write to the audit record. Each was deleted in turn:"
        f" {statements - len(deleted)} deletions are noticed by following the calls of every"
        f" service, {len(deleted) - len(lost)} more by a test, and {len(lost)} by nothing.",
        "",
        *table(deleted),
        "",
        "## Changes of rules and services",
        "",
        f"{len(fates)} mutants, drawn with seed {seed}: {len(died)} died"
        f" ({len(died) / max(1, len(fates)):.1%}); at least {LEAST_KILLED:.0%} must. A key is the"
        " same for the same change, wherever it stands.",
        "",
        "| kind | drawn | died |",
        "|---|---|---|",
        *(f"| {kind} | {number} | {dead[kind]} |" for kind, number in sorted(kinds.items())),
        "",
        "### Which lived",
        "",
        *table(lived),
        "",
        "### Which died",
        "",
        *table(died),
        "",
    ]
    return "\n".join(lines)


def compared(fates: Sequence[Fate], before: str) -> list[str]:
    """How the mutants that an earlier run drew too fared then and now; those that fare worse by name."""
    rows = re.findall(r"^\| .* \| (died|survived|no test).* \| (\w{12}) \|$", before, re.MULTILINE)
    died_then = {key: how == "died" for how, key in rows}
    both = [each for each in fates if each.mutant.key in died_then]
    pairs = Counter((died_then[each.mutant.key], bool(each.died)) for each in both)
    worse = [each for each in both if died_then[each.mutant.key] and not each.died]
    return [
        "## Beside an earlier run",
        "",
        f"It drew {len(died_then)}, of which {sum(died_then.values())} died. {len(both)} were drawn again:"
        f" {pairs[True, True]} died both times, {pairs[False, False]} lived both times,"
        f" {pairs[False, True]} died only now, {pairs[True, False]} lived only now.",
        "",
        *(table(worse) if worse else []),
    ]


def say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def main() -> int:
    reads = argparse.ArgumentParser(prog="python -m tests.gates", description=__doc__)
    reads.add_argument("--root", type=Path, default=ROOT, help="the tree to try")
    reads.add_argument("--seed", type=int, default=SEED)
    reads.add_argument("--number", type=int, default=NUMBER, help="how many mutants to draw")
    reads.add_argument("--processes", type=int, default=PROCESSES)
    reads.add_argument("--output", type=Path, default=ROOT / "docs/mutants.md")
    reads.add_argument("--before", type=Path, help="what an earlier run wrote, to compare with")
    given = reads.parse_args()
    root = given.root.resolve()
    began = time.monotonic()

    source = Source(root)
    statements, unnoticed = unnoticed_deletions(root, source)
    mutants = drawn(root, seed=given.seed, number=given.number)
    work = ROOT / "var/gates" / digest_of(root)
    with tempfile.TemporaryDirectory(prefix="gates-") as folder:
        several = [Copy(root, Path(folder) / str(number)) for number in range(given.processes)]
        reach = Reach(reach_of(root, several, work / "reach.json"), source)
        say(
            f"{len(reach.tests)} tests pass; {len(reach.failed)} do not in a copy, and are left out."
        )
        waiting: queue.Queue[Copy] = queue.Queue()
        for copy in several:
            waiting.put(copy)

        def one(mutant: Mutant) -> Fate:
            kept = work / f"{sha256(repr(mutant).encode()).hexdigest()[:16]}.json"
            if kept.exists():
                told = json.loads(kept.read_text())
                return Fate(mutant, told["died"], told["tests"])
            fate = tried(mutant, reach, waiting)
            kept.write_text(json.dumps({**asdict(fate), "mutant": str(mutant)}))
            say(f"{mutant}: {fate.told}")
            return fate

        with ThreadPoolExecutor(given.processes) as pool:
            deleted = list(pool.map(one, unnoticed))
            fates = list(pool.map(one, mutants))

    text = paper(fates, deleted, statements, reach, given.seed)
    if given.before:
        text += "\n".join(["", *compared(fates, given.before.read_text()), ""])
    given.output.write_text(text)
    share = sum(bool(each.died) for each in fates) / max(1, len(fates))
    unrecorded = [str(each.mutant) for each in deleted if not each.died]
    say(
        f"{share:.1%} of {len(fates)} mutants died; {len(unrecorded)} of {statements} deletions from"
        f" the record were not noticed. {(time.monotonic() - began) / 60:.0f} minutes."
    )
    return int(share < LEAST_KILLED or bool(unrecorded))


if __name__ == "__main__":
    sys.exit(main())
