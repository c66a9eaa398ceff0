"""Who may do what: one table of posts and permissions. Pure; the guards and the page that tells it read it."""

from __future__ import annotations

from enum import StrEnum

from organisation.rules import ELECTED, PostKind, Sight


class Permission(StrEnum):
    """What a post may let its holder do. Which rows it reaches is each QuerySet's to say."""

    ENTER = "enter"
    VIEW_PERFORMANCE = "view_performance"
    SUBMIT_RESULT = "submit_result"
    SIGN_OFF = "sign_off"
    WRITE_PLAN = "write_plan"
    KEEP_DATA_QUALITY = "keep_data_quality"
    PROPOSE_TARGETS = "propose_targets"
    APPROVE_TARGETS = "approve_targets"
    PROPOSE_INDICATORS = "propose_indicators"  # next year's set, in the annual round
    MANAGE_FRAMEWORK = "manage_framework"  # close quarters, build and publish reports
    VIEW_PACKS = "view_packs"  # full papers of PAT and DAT, by office rather than by seat
    APPROVE_SORP = "approve_sorp"
    READ_SAMPLES = "read_samples"
    DRAW_SAMPLES = "draw_samples"
    SECOND = "second"  # the other person's word, where an act wants two

    @property
    def words(self) -> str:
        """The same as a sentence would say it: "A director may …"."""
        return {
            Permission.ENTER: (
                "Have a home page, notices and the calendar; search; comment on drafts of the SORP"
            ),
            Permission.VIEW_PERFORMANCE: "See dashboards, indicators, escalations and reports",
            Permission.SUBMIT_RESULT: "Submit results",
            Permission.SIGN_OFF: "Sign off results",
            Permission.WRITE_PLAN: "Write action plans",
            Permission.KEEP_DATA_QUALITY: "Keep the register of data quality",
            Permission.PROPOSE_TARGETS: "Propose targets",
            Permission.APPROVE_TARGETS: "Approve targets that somebody else proposed",
            Permission.PROPOSE_INDICATORS: "Propose next year’s indicators in the annual round",
            Permission.MANAGE_FRAMEWORK: (
                "Set up the framework, begin and close quarters, unlock results, move indicators,"
                " publish reports, take everything as files"
            ),
            Permission.VIEW_PACKS: "Read the full papers of PAT and DAT",
            Permission.APPROVE_SORP: "Approve the SORP",
            Permission.READ_SAMPLES: "Read auditors’ samples and what was found",
            Permission.DRAW_SAMPLES: "Draw samples of results and say what was found",
            Permission.SECOND: (
                "Give the second person’s word: approve a report for publication, agree to an early"
                " close"
            ),
        }[self]


OFFICER = {Permission.ENTER, Permission.VIEW_PERFORMANCE}
# Members see what is published, and beyond it as much as the council says of their office (`granted`).
MEMBER = {Permission.ENTER, Permission.VIEW_PERFORMANCE}
GRANTS: dict[PostKind, set[Permission]] = {
    PostKind.STAFF: OFFICER,
    PostKind.ACCOUNTABLE_MANAGER: OFFICER
    | {
        Permission.SUBMIT_RESULT,
        Permission.WRITE_PLAN,
        Permission.KEEP_DATA_QUALITY,
        Permission.PROPOSE_TARGETS,
        Permission.PROPOSE_INDICATORS,
    },
    PostKind.DEPUTY: OFFICER | {Permission.SUBMIT_RESULT},
    PostKind.DIRECTOR: OFFICER
    | {Permission.SIGN_OFF, Permission.APPROVE_TARGETS, Permission.PROPOSE_INDICATORS},
    PostKind.MANAGING_DIRECTOR: OFFICER
    | {
        Permission.SIGN_OFF,
        Permission.APPROVE_TARGETS,
        Permission.PROPOSE_INDICATORS,
        Permission.APPROVE_SORP,
        Permission.SECOND,
    },
    PostKind.DEPUTY_MANAGING_DIRECTOR: OFFICER
    | {
        Permission.SIGN_OFF,
        Permission.APPROVE_TARGETS,
        Permission.PROPOSE_INDICATORS,
        Permission.APPROVE_SORP,
        Permission.SECOND,
    },
    PostKind.PERFORMANCE_OFFICER: OFFICER
    | {
        Permission.SUBMIT_RESULT,
        Permission.WRITE_PLAN,
        Permission.KEEP_DATA_QUALITY,
        Permission.PROPOSE_TARGETS,
        Permission.APPROVE_TARGETS,
        Permission.PROPOSE_INDICATORS,
        Permission.MANAGE_FRAMEWORK,
        Permission.VIEW_PACKS,
        Permission.READ_SAMPLES,
        Permission.SECOND,
    },
    # Of one directorate: its results, plans and data. Closing and publishing are the council's.
    PostKind.DIRECTORATE_OFFICER: OFFICER
    | {
        Permission.SUBMIT_RESULT,
        Permission.WRITE_PLAN,
        Permission.KEEP_DATA_QUALITY,
        Permission.PROPOSE_INDICATORS,
    },
    # Reads everything, with evidence, between two days, and changes nothing but their own samples.
    PostKind.AUDITOR: OFFICER
    | {Permission.VIEW_PACKS, Permission.READ_SAMPLES, Permission.DRAW_SAMPLES},
    PostKind.MEMBER: MEMBER,
    PostKind.POSC_CHAIR: MEMBER,
    # Full papers before and after each meeting are for one Cabinet Member and the Chair of
    # Governance and Audit (Cabinet paper of 20 June 2011, section 3c).
    PostKind.LEADER: MEMBER,
    PostKind.CABINET_MEMBER_PERFORMANCE: MEMBER | {Permission.VIEW_PACKS},
    PostKind.CABINET_MEMBER: MEMBER,
    PostKind.CHAIR_GOVERNANCE_AUDIT: MEMBER | {Permission.VIEW_PACKS},
}


def granted(kind: PostKind, sight: Sight) -> set[Permission]:
    """What a post allows where the council lets those of its office see so much."""
    if kind in ELECTED and sight is Sight.NOTHING:
        return GRANTS[kind] - {Permission.VIEW_PERFORMANCE}
    return GRANTS[kind]
