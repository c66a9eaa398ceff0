"""The second half of the default SORP's clauses: what is done about poor performance, and by whom."""

from __future__ import annotations

from sorp.defaults.clauses import DefaultClause

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
