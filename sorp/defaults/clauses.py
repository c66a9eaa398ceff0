"""What one clause of the default SORP says, and of whom."""

from __future__ import annotations

from typing import NamedTuple


class DefaultClause(NamedTuple):
    """A clause: what is required, of whom, how that is monitored, what follows, how it is measured."""

    number: str
    heading: str
    wording: str
    responsible: str = ""
    monitored: str = ""
    consequence: str = ""
    check_made: str = ""


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


PRACTICE = [
    DefaultClause(
        "7",
        "The ladder",
        "What is escalated is dealt with at the level to which it is referred, within the working"
        " days given here, and what was done is recorded: noted, plan agreed, sent back, or referred"
        " up with the reason.",
        responsible="The chair of each level’s meeting",
        monitored="The register shows how long each escalation has waited at its level.",
        consequence="What is not dealt with in time is shown as overdue to the level above.",
    ),
    DefaultClause(
        "7.5",
        "No level is passed over without a reason",
        "An indicator goes past a level only because a trigger refers it there, or because somebody"
        " entitled to refer it gives the reason.",
        responsible="Directors and the chairs of PAT and DAT",
        monitored="Each referral by a person is recorded with its reason.",
        consequence="The referral is sent back to the level that was passed over.",
    ),
    DefaultClause(
        "8",
        "Action plans",
        "Poor performance is answered with a plan, not with an explanation alone. The accountable"
        " manager writes it and is challenged on it.",
    ),
    DefaultClause(
        "8.1",
        "Every red has management action",
        "Below the floor standard management action must follow: every red indicator has an action"
        " plan in place, or says with its result what is being done. So does every amber one, as"
        " long as this statement says so.",
        responsible="Accountable managers",
        monitored="The service counts red indicators without action, by unit and quarter.",
        consequence="The director writes the plan with the manager before the next meeting.",
        check_made="red_has_action",
    ),
    DefaultClause(
        "8.2",
        "What a plan says",
        "A plan names the cause, what will be done, by whom and by when, what stands in the way,"
        " what help is wanted and from whom, and the quarter and the result at which recovery is"
        " expected.",
        responsible="Accountable managers",
        monitored="The meeting that receives the plan judges whether it is sufficient.",
        consequence="A plan that is not sufficient is sent back, and the judgement is recorded.",
    ),
    DefaultClause(
        "8.3",
        "Actions are done by their day",
        "Each action is done by the day given for it, or the plan is written anew with the reason.",
        responsible="The owners of actions; the accountable manager for all of them",
        monitored="The service counts the actions whose day has passed.",
        consequence="Overdue actions are listed for the next meeting at the indicator’s level.",
        check_made="actions_on_time",
    ),
    DefaultClause(
        "9",
        "Recovery and relapse",
        "An escalation ends by a rule, not by a wish to be rid of it.",
    ),
    DefaultClause(
        "9.1",
        "When an indicator has recovered",
        "An indicator recovers when its latest rated quarters are green, for as many as this"
        " statement asks. Until then it stays in the report, whatever the statuses in between.",
        responsible="The performance team, when it closes a quarter",
        monitored="Each recovery is recorded with the quarter that brought it.",
        consequence="An escalation that was ended in any other way is opened again.",
    ),
    DefaultClause(
        "9.2",
        "When an indicator relapses",
        "An escalation that opens again within the quarters given after a recovery is marked as a"
        " relapse, and the earlier plan is laid beside the new one. Where this statement says so,"
        " a relapse needs fewer quarters to be referred upwards.",
        responsible="Accountable managers",
        monitored="The register marks relapses.",
        consequence="The meeting asks first why the earlier recovery did not last.",
    ),
    DefaultClause(
        "10",
        "Variations",
        "Where a rule does not suit an indicator, it is varied openly, for that indicator alone.",
    ),
    DefaultClause(
        "10.1",
        "A variation is agreed, with its reason and its end",
        "A variation says what differs, why, who approved it, and from which quarter until which it"
        " holds. It is never approved by the accountable manager of the indicator, and it stands"
        " wherever the indicator is shown.",
        responsible="Directors propose; the Managing Director or the Deputy approves",
        monitored="The service refuses a variation without an approver.",
        consequence="Without an agreed variation the rules of this statement apply.",
    ),
    DefaultClause(
        "10.2",
        "Variations are looked at before they end",
        "A variation is renewed or let go before its last quarter is over.",
        responsible="The performance team",
        monitored="The service counts indicators judged after their variation had run out and"
        " nobody had looked at it.",
        consequence="The rules of this statement apply again from the next quarter.",
        check_made="variations_in_date",
    ),
    DefaultClause(
        "11",
        "Assurance",
        "Two teams of officers test performance across the council: PAT on results and DAT on"
        " delivery. Neither cuts across a directorate’s own responsibility.",
    ),
    DefaultClause(
        "11.1",
        "PAT",
        "PAT meets monthly under the Deputy Managing Director, with a nominated director from each"
        " directorate and two NEDs. It receives the quarterly performance report, calls in red and"
        " repeatedly amber indicators, and considers, challenges and ensures appropriate action on"
        " the accountable manager’s plan and on what stands in its way.",
        responsible="The Deputy Managing Director",
        monitored="The formal report after each meeting says what was challenged and agreed.",
        consequence="The Cabinet Member and the chair of Governance and Audit receive that report"
        " and may attend.",
    ),
    DefaultClause(
        "11.2",
        "DAT",
        "DAT meets monthly under the Managing Director on the delivery of strategic priorities,"
        " change programmes, capital projects and key enablers. Its directors and NEDs are not"
        " those of PAT, and the two teams share what they learn.",
        responsible="The Managing Director",
        monitored="Milestones and their forecasts are reported to each meeting.",
        consequence="A milestone that slips is re-planned in the open: its first day stays on"
        " record.",
    ),
    DefaultClause(
        "11.3",
        "Strong performance is learnt from",
        "PAT also asks about what is green: whether it is good practice to be shared, or more than"
        " is needed and paid for.",
        responsible="PAT",
        monitored="Indicators well above target are put before PAT with the poor ones.",
        consequence="What can be shared is shared by name.",
    ),
    DefaultClause(
        "12",
        "Reporting",
        "One quarterly performance report joins up strategic priorities, core services and what is"
        " escalated. It goes to Cabinet and to scrutiny, and it is public.",
        responsible="The performance team",
        monitored="Each report is frozen as it was published, and anybody can check its statuses.",
        consequence="A mistake is put right in a new edition that says what changed.",
    ),
    DefaultClause(
        "12.1",
        "Poor performance stays in the report until it is over",
        "An escalated indicator is reported every quarter from its escalation to its recovery,"
        " whichever dashboard it comes from.",
        responsible="The performance team",
        monitored="The report lists every open escalation.",
        consequence="A report that leaves one out is issued again.",
    ),
    DefaultClause(
        "13",
        "Roles and responsibilities",
        "Accountable managers answer for their indicators: they submit, explain, plan, and attend"
        " when called in.\n\n"
        "Directors sign off what their units submit, keep posts filled, and see that plans are"
        " carried out.\n\n"
        "Divisional and directorate management teams manage their own dashboards and refer upwards"
        " what they cannot put right.\n\n"
        "The performance team keeps the calendar, closes quarters, publishes reports, and drafts"
        " this statement with the managers who carry it out.\n\n"
        "The Managing Director and the Deputy approve this statement and chair DAT and PAT.\n\n"
        "Cabinet and its Members judge whether managerial action is sufficient, and guide, direct"
        " and challenge.",
    ),
    DefaultClause(
        "14",
        "How this statement changes",
        "A new version is drafted, put to the managers who carry it out, and approved by somebody"
        " who did not write it. It holds from a quarter that is still to be reported, and every"
        " quarter is judged by the version in force for it, for good.",
        responsible="The performance team drafts; the Managing Director or the Deputy approves",
        monitored="Comments and their answers are kept with the version, which does not change once"
        " it is approved.",
        consequence="A version approved in any other way is not brought into force.",
    ),
    DefaultClause(
        "14.1",
        "How far it is kept is measured and reported",
        "Every quarter the service measures, for each unit, how far the clauses that can be"
        " measured were kept, and records what it found against the clause.",
        responsible="The performance team",
        monitored="PAT receives the findings once a quarter, and the chair of Governance and Audit"
        " with it.",
        consequence="A director whose units fall short in two quarters running says at PAT what"
        " will change.",
    ),
]
