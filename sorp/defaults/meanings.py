"""What the default SORP's terms mean, and how much risk it accepts where."""

from __future__ import annotations

from typing import NamedTuple

from sorp.lexicon import Appetite

TERMS = [
    (
        "accountable manager",
        "The one manager who answers for an indicator: who submits its results, writes its action"
        " plan, and attends the meeting to which it is called in.",
    ),
    (
        "action plan",
        "What the accountable manager will do about poor performance: its cause, the actions with"
        " an owner and a day for each, what stands in the way, the help that is wanted, and when"
        " the indicator is expected to recover.",
    ),
    (
        "call in",
        "The decision of the chair of PAT or DAT that an indicator is to be discussed at the next"
        " meeting, with its accountable manager present.",
    ),
    (
        "clear days",
        "Working days between two events, counting neither the day of the one nor of the other.",
    ),
    (
        "DAT",
        "The Delivery Assurance Team: chaired by the Managing Director, it meets monthly on the"
        " delivery of strategic priorities, change programmes and projects.",
    ),
    (
        "direction of travel",
        "Whether results are getting better or worse. It says better or worse, never merely up or"
        " down, and it says when there is no clear trend.",
    ),
    (
        "escalation",
        "The referral of an indicator to a level of the ladder, from the quarter in which a trigger"
        " is met until the indicator has recovered.",
    ),
    (
        "floor standard",
        "The level below which performance is not accepted. Below it an indicator is red, and"
        " management action must follow.",
    ),
    (
        "forecast",
        "Where the accountable manager expects an indicator to stand at the year’s end. The"
        " service’s own estimate stands beside it, and both are scored when the result is known.",
    ),
    (
        "ladder",
        "The levels to which poor performance is referred: divisional management team, directorate"
        " management team, PAT, Cabinet.",
    ),
    (
        "management action",
        "What a manager does so that performance comes back to target, said in words that others"
        " can check.",
    ),
    (
        "NED",
        "A non-executive director of PAT or DAT: a member of staff from the grass roots of the"
        " organisation, who brings independent challenge.",
    ),
    (
        "not rated",
        "Without a RAG status, for a reason that is given: no result, not due, no target,"
        " suspended. What is not rated is neither green nor red.",
    ),
    (
        "PAT",
        "The Performance Assurance Team: chaired by the Deputy Managing Director, it meets monthly"
        " on the performance of the whole organisation.",
    ),
    (
        "performance indicator",
        "Something measured regularly, with a target and one accountable manager.",
    ),
    (
        "quarterly performance report",
        "The one report by which Cabinet and the public learn how the council performs: strategic"
        " priorities, core services, and what is escalated.",
    ),
    (
        "RAG status",
        "Red, amber or green: how a result stands against its target and its floor standard.",
    ),
    (
        "rated quarter",
        "A quarter in which an indicator has a RAG status. A quarter without one neither adds to a"
        " run of quarters nor ends it.",
    ),
    (
        "recovery",
        "The end of an escalation, when the exit rule of this statement is met.",
    ),
    (
        "relapse",
        "An escalation that opens again within the quarters that this statement gives after a"
        " recovery at the same level.",
    ),
    (
        "risk appetite",
        "How much risk the council accepts in an area of its work, and so how soon a trigger"
        " refers it upwards.",
    ),
    (
        "sign-off",
        "The approval of a result by the division and then the directorate, after which it is"
        " locked.",
    ),
    (
        "SORP",
        "A statement of required practice: what managers are to do, how it is monitored, and what"
        " follows where it is not done.",
    ),
    ("target", "The result that is aimed for in a quarter. A result that meets it is green."),
    (
        "trigger",
        "A condition of this statement which, once it is met, refers an indicator to a level of"
        " the ladder.",
    ),
    (
        "variation",
        "An agreed departure from this statement for one indicator, with its reason, its approver,"
        " and the quarters in which it holds.",
    ),
    (
        "working day",
        "A day that is neither at a weekend nor one of England’s bank holidays.",
    ),
]


class DefaultAppetite(NamedTuple):
    """How much risk is accepted in an area, and the triggers that stand where they do for it."""

    area: str
    appetite: Appetite
    wording: str
    triggers: tuple[str, ...]


APPETITES = [
    DefaultAppetite(
        "Children and adults who need protection",
        Appetite.AVERSE,
        "Harm to a person cannot be undone. One red quarter is heard of by the directorate, and a"
        " second by PAT: nothing waits for a third.",
        ("Red for two quarters", "Red at directorate"),
    ),
    DefaultAppetite(
        "Duties set by law",
        Appetite.AVERSE,
        "The council does not choose to miss a duty. Where a statutory standard is missed, the"
        " directorate acts in the same quarter.",
        ("Red at division", "Red at directorate"),
    ),
    DefaultAppetite(
        "Everyday services",
        Appetite.CAUTIOUS,
        "Results vary from quarter to quarter, and managers are given room to put them right. Two"
        " quarters short of target are the directorate’s to ask about; three are PAT’s.",
        ("Amber for two quarters at directorate", "Amber for three quarters"),
    ),
    DefaultAppetite(
        "Change and new ways of working",
        Appetite.OPEN,
        "What is new may miss its target while it is learnt. That is accepted for as long as the"
        " floor standard is held and the reason is known.",
        ("Amber for three quarters",),
    ),
    DefaultAppetite(
        "Knowing where we stand",
        Appetite.AVERSE,
        "Nobody can act on what is not reported, and silence is not a way out of escalation. One"
        " missing result is the directorate’s concern; a second in a row is PAT’s.",
        ("No result when due", "No result for two quarters"),
    ),
]
