"""Back-tests: what other rules would have done with the history there is.

Two sets of rules are replayed over every quarter closed: those that ruled each quarter, and those
to be tried. What differs is set out, and nothing is decided: the result is one JSON document.

- What was decided by people is left out on both sides: a referral past what the rules ask.
- A variation agreed for one indicator holds under either set, so that what differs is the doing
  of the rules alone.
- The rules that ruled each quarter, replayed, are held against the escalations on record.
"""

from escalation.rules.backtesting.grid import AMBERS, REDS, Cell, cell_of, rules_of_cell
from escalation.rules.backtesting.replaying import backtest
from escalation.rules.backtesting.subjects import Subject
from escalation.rules.backtesting.wording import differences, in_sentences

__all__ = [
    "AMBERS",
    "REDS",
    "Cell",
    "Subject",
    "backtest",
    "cell_of",
    "differences",
    "in_sentences",
    "rules_of_cell",
]
