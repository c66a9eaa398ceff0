"""The first half of the default SORP's clauses: its purpose, targets, statuses, returns, sign-off."""

from __future__ import annotations

from sorp.defaults.clauses import DefaultClause

STANDARDS = [
    DefaultClause(
        "1",
        "Purpose",
        "This statement sets the standard to which performance is managed across the council, so"
        " that what is reported leads to understanding, to proper intervention, and to personal"
        " accountability where performance is poor or declining.\n\n"
        "It is part of the council’s internal control. It was drawn up by the managers who carry it"
        " out, it is approved by the Managing Director or the Deputy, and it is open to everyone.",
    ),
    DefaultClause(
        "1.1",
        "Performance is managed where it is delivered",
        "Teams, divisions and directorates review and manage their own dashboards. What is referred"
        " upwards is referred because a rule of this statement says so, or because a management team"
        " gives its reason. A level above does not take the place of the level below: it tests what"
        " that level has done.",
        responsible="Divisional and directorate management teams",
        monitored="PAT sees what each level did with what was referred to it.",
        consequence="PAT asks the director concerned to account for it at its next meeting.",
    ),
    DefaultClause(
        "1.2",
        "Measures are proportionate",
        "An indicator is kept where somebody acts on what it shows. Its definition, source and"
        " frequency are written down before its first result is due.",
        responsible="Directors, with the performance team",
        monitored="The performance team reviews every definition once a year.",
        consequence="An indicator that nobody acts on is ended, with the reason on record.",
    ),
    DefaultClause(
        "1.3",
        "Performance is open",
        "Results are public unless they are exempt in law. What is withheld is named, with the"
        " ground on which it is withheld and the day on which that is looked at again.",
        responsible="The performance team",
        monitored="Each published report lists what was withheld and why.",
        consequence="What was withheld without a ground is published.",
    ),
    DefaultClause(
        "2",
        "Targets and floor standards",
        "Every performance indicator has a target and a floor standard, or a tolerance, agreed"
        " before the quarter to which they apply has ended.",
    ),
    DefaultClause(
        "2.1",
        "Every indicator has one accountable manager",
        "One manager in post answers for each indicator and is named beside it. When that manager"
        " leaves, the director names another before the next return is due.",
        responsible="Directors",
        monitored="The service lists every indicator that nobody in post answers for.",
        consequence="The director answers for the indicator until somebody is named.",
        check_made="posts_filled",
    ),
    DefaultClause(
        "2.2",
        "Targets are set with a reason and an approver",
        "A target says what is aimed for, and the floor standard what is the least that is"
        " accepted. Each is recorded with the reason for it and with who approved it, and a floor"
        " standard is never better than its target.",
        responsible="Accountable managers propose; Cabinet approves corporate targets, and the"
        " director all others",
        monitored="The performance team checks every target as it is entered.",
        consequence="An indicator without an agreed target is not rated, and is counted as such.",
    ),
    DefaultClause(
        "2.3",
        "Targets do not change for quarters that are closed",
        "A new target holds from a quarter that is not yet closed. A closed quarter keeps the"
        " target, and the RAG status, by which it was judged.",
        responsible="The performance team",
        monitored="Each rating is kept with everything it was computed from.",
        consequence="A change that would reach back is refused.",
    ),
    DefaultClause(
        "3",
        "What each RAG status means",
        "Progress is reported by a RAG status, which creates the trigger for escalation and"
        " intervention. The three statuses are defined here and mean the same in every report."
        " A result exactly on a target or a floor standard is on its good side.",
        responsible="The performance team",
        monitored="The service rates every result by these definitions, by nobody’s hand.",
        consequence="A status that was worked out in any other way is withdrawn.",
    ),
    DefaultClause(
        "3.4",
        "What is not rated",
        "A result that is missing, not due, suspended or without a target is not rated, and says"
        " why. It is never counted as green and never as red, and every count of statuses shows it.",
        responsible="The performance team",
        monitored="The counts in each report add up to the number of its indicators.",
        consequence="A report whose counts do not add up is not published.",
    ),
    DefaultClause(
        "3.5",
        "Direction of travel",
        "Beside its status an indicator shows whether it is getting better or worse. Where the"
        " figures are too few or too uneven to tell, it says so.",
        responsible="The performance team",
        monitored="The method is a setting of this statement, and stands beside every rating.",
        consequence="A trend that the figures do not bear out is not reported.",
    ),
    DefaultClause(
        "4",
        "Triggers for escalation",
        "Each trigger is a condition that anybody can check. Once it is met the indicator is"
        " referred to the level that the trigger names, in the quarter in which it is met. The"
        " triggers are tried in this order, and the first that is met gives the reason. A quarter"
        " that is not rated neither adds to a run nor ends it, so that silence is no way out.",
        responsible="The performance team, when it closes a quarter",
        monitored="Every escalation is recorded with the trigger and the quarters that met it, and"
        " can be worked out again from them.",
        consequence="An escalation that does not follow from a trigger needs a reason on record.",
    ),
    DefaultClause(
        "5",
        "The quarterly return",
        "For every quarter each accountable manager returns the results that are due, with what"
        " they mean and what is being done.",
    ),
    DefaultClause(
        "5.1",
        "Results are returned on time",
        "A result is submitted by the day that the calendar gives for its tier.",
        responsible="Accountable managers, and their deputies",
        monitored="The service counts the results submitted after their day, by unit and quarter.",
        consequence="The manager is reminded, then the director is told, and the lateness stands"
        " beside the result.",
        check_made="returns_on_time",
    ),
    DefaultClause(
        "5.2",
        "No result that is due is missing",
        "When a quarter is closed, every result that is due has been submitted, or it is said why"
        " there is none and when there will be one.",
        responsible="Accountable managers",
        monitored="The service counts the results still missing at the close.",
        consequence="The indicator is not rated, and is referred upwards by a trigger of its own.",
        check_made="results_present",
    ),
    DefaultClause(
        "5.3",
        "Provisional results are made final",
        "A result that is provisional or estimated is marked so. It is made final by the end of the"
        " following quarter, and what that changed is said.",
        responsible="Accountable managers",
        monitored="The service counts the results that are still not final a quarter later.",
        consequence="The director is asked why the figure cannot be relied on.",
        check_made="confidence_final",
    ),
    DefaultClause(
        "5.4",
        "A figure comes with its meaning",
        "With each result the manager says what happened and why, and forecasts the year’s end, so"
        " that there are no nasty surprises. A forecast that misses the target says what is being"
        " done now.",
        responsible="Accountable managers",
        monitored="Divisions read the commentary before they sign off; forecasts are scored"
        " against the results that follow.",
        consequence="A result without its meaning is sent back.",
    ),
    DefaultClause(
        "6",
        "Sign-off",
        "A result counts in the quarterly performance report once the division and then the"
        " directorate have approved it. Approval locks it; an unlocking is named and ends by itself.",
    ),
    DefaultClause(
        "6.1",
        "Results are signed off by the division and the directorate",
        "Every result submitted is approved, or sent back with the reason, by the day that the"
        " calendar gives for each step.",
        responsible="Divisional and corporate directors",
        monitored="The service counts the results not signed off when the quarter closes.",
        consequence="The report says that the result is not signed off, and by whose office.",
        check_made="signed_off",
    ),
    DefaultClause(
        "6.2",
        "Nobody signs off their own result",
        "Whoever submitted a result does not approve it, whatever posts they hold. Where a director"
        " submitted, the level above approves.",
        responsible="Everyone who signs off",
        monitored="The service refuses it, and counts approvals by the submitter: there are to be"
        " none.",
        consequence="The approval is void, and the result is signed off anew.",
        check_made="nobody_signs_own",
    ),
]
