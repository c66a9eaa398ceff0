"""Addresses for results, the calendar, and who answers for what."""

from django.urls import path

from core.views.entities import spreadsheet_paths
from indicators.views import (
    awaited,
    calendar,
    chasing,
    data_quality,
    definitions,
    entry,
    evidence,
    forecasts,
    part_targets,
    partners,
    parts,
    people,
    questions,
    returns,
    samples,
    scorecards,
    sign_off,
    targets,
    variations,
    workbooks,
)

urlpatterns = [
    path(
        "returns/<quarter:quarter>/workbook.xlsx",
        workbooks.download_workbook,
        name="workbook_download",
    ),
    path("returns/<quarter:quarter>/workbook/", workbooks.workbook, name="workbook"),
    path(
        "returns/<quarter:quarter>/workbook/<uuid:token>/",
        workbooks.workbook_preview,
        name="workbook_preview",
    ),
    path("partners/<str:token>/", partners.partner, name="partner"),
    path("partners/<str:token>/figures.xlsx", partners.partner_workbook, name="partner_workbook"),
    path("partners/<str:token>/file/", partners.partner_file, name="partner_file"),
    path(
        "partners/<str:token>/<quarter:quarter>/<reference:address>/",
        partners.give,
        name="partner_figure",
    ),
    path("set-up/partners/", partners.all_partners, name="set_up_partners"),
    path(
        "set-up/partners/partners.<spreadsheet:ending>",
        partners.partners_file,
        name="set_up_partners_file",
    ),
    path("set-up/partners/invite/", partners.new_partner, name="set_up_new_partner"),
    path("set-up/partners/<int:pk>/", partners.set_up_partner, name="set_up_partner"),
    path("set-up/partners/<int:pk>/change/", partners.change, name="set_up_change_partner"),
    path("set-up/partners/<int:pk>/link/", partners.link, name="set_up_partner_link"),
    path(
        "set-up/partners/<int:pk>/withdraw/", partners.withdraw_link, name="set_up_withdraw_partner"
    ),
    path(
        "set-up/partners/<int:pk>/history/", partners.partner_history, name="set_up_partner_history"
    ),
    path("returns/from-partners/", partners.from_partners, name="from_partners"),
    path("returns/from-partners/<int:pk>/", partners.decide, name="decide_given"),
    path("returns/", returns.returns, name="returns"),
    path("returns/<quarter:quarter>/", returns.my_return, name="my_return"),
    path("returns/<quarter:quarter>/check/", returns.check_return, name="check_return"),
    path("returns/<quarter:quarter>/submit/", returns.submit_return, name="submit_return"),
    path(
        "returns/<quarter:quarter>/submitted/<uuid:token>/",
        returns.return_submitted,
        name="return_submitted",
    ),
    path("returns/<quarter:quarter>/<reference:address>/", entry.enter_result, name="enter_result"),
    path(
        "returns/<quarter:quarter>/<reference:address>/draft/", entry.keep_draft, name="keep_draft"
    ),
    path(
        "returns/<quarter:quarter>/<reference:address>/would-be/",
        entry.preview_rating,
        name="would_be",
    ),
    path(
        "returns/<quarter:quarter>/<reference:address>/discard/",
        entry.discard_draft,
        name="discard_draft",
    ),
    path("reminders/<uuid:reminder>/", chasing.follow_reminder, name="follow_reminder"),
    path(
        "returns/<quarter:quarter>/<reference:address>/offer-late/",
        entry.offer_late,
        name="offer_late",
    ),
    path("returns/<quarter:quarter>/<reference:address>/awaited/", awaited.awaited, name="awaited"),
    path(
        "returns/<quarter:quarter>/<reference:address>/evidence/",
        evidence.evidence,
        name="evidence",
    ),
    path(
        "returns/<quarter:quarter>/<reference:address>/evidence/<int:number>/",
        evidence.evidence_file,
        name="evidence_file",
    ),
    path(
        "returns/<quarter:quarter>/<reference:address>/evidence/<int:number>/remove/",
        evidence.remove_evidence,
        name="remove_evidence",
    ),
    path(
        "returns/<quarter:quarter>/<reference:address>/parts/<slug:dimension>/",
        parts.enter_parts,
        name="enter_parts",
    ),
    path("indicators/<reference:address>/dimensions/", parts.break_down, name="break_down"),
    path(
        "indicators/<reference:address>/dimensions/targets/",
        part_targets.part_targets_of,
        name="part_targets_of",
    ),
    path(
        "indicators/<reference:address>/dimensions/targets/history/",
        part_targets.part_targets_history,
        name="part_targets_history",
    ),
    path(
        "indicators/<reference:address>/dimensions/targets/<int:measured_part>/",
        part_targets.target_of_part,
        name="target_of_part",
    ),
    path("set-up/part-targets/", part_targets.part_targets, name="set_up_part_targets"),
    *spreadsheet_paths(part_targets.PART_TARGETS),
    path("set-up/scorecard/", scorecards.scorecards, name="set_up_scorecards"),
    path("set-up/scorecard/<uuid:token>/", scorecards.scorecard, name="scorecard"),
    path(
        "set-up/scorecard/<uuid:token>/check/", scorecards.scorecard_check, name="scorecard_check"
    ),
    path("set-up/scorecard/<uuid:token>/put-away/", scorecards.put_away, name="put_scorecard_away"),
    path("set-up/dimensions/", parts.dimensions, name="set_up_dimensions"),
    *spreadsheet_paths(parts.DIMENSIONS),
    path("set-up/dimensions/add/", parts.dimension, name="add_dimension"),
    path("set-up/dimensions/<slug:dimension>/change/", parts.dimension, name="dimension"),
    path(
        "set-up/dimensions/<slug:dimension>/history/",
        parts.dimension_history,
        name="dimension_history",
    ),
    path("data-quality/", data_quality.data_quality_register, name="data_quality_register"),
    path("data-quality/data-quality.csv", data_quality.data_quality_csv, name="data_quality_csv"),
    path(
        "indicators/<reference:address>/data-quality/",
        data_quality.data_quality,
        name="data_quality",
    ),
    path(
        "indicators/<reference:address>/data-quality/write/",
        data_quality.write_entry,
        name="write_data_quality",
    ),
    path("samples/", samples.all_samples, name="samples"),
    path("samples/draw/", samples.new_sample, name="draw_sample"),
    path("samples/<int:number>/", samples.sample, name="sample"),
    path(
        "samples/<int:number>/sample.<spreadsheet:ending>", samples.sample_file, name="sample_file"
    ),
    path("samples/<int:number>/end/", samples.end, name="end_sample"),
    path("samples/<int:number>/history/", samples.sample_history, name="sample_history"),
    path("samples/<int:number>/<int:position>/", samples.sampled_result, name="sampled_result"),
    path("questions/", questions.unanswered_questions, name="questions"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/begin/", calendar.begin_quarter, name="begin_quarter"),
    path("calendar/feed/renew/", calendar.renew_feed, name="renew_feed"),
    path("calendar/feed/<str:token>.ics", calendar.calendar_feed, name="calendar_feed"),
    path("calendar/<quarter:quarter>/<str:step>/", calendar.change_due_day, name="change_due_day"),
    path(
        "calendar/<quarter:quarter>/<str:step>/<str:tier>/",
        calendar.change_due_day,
        name="change_due_day",
    ),
    path("people/", people.people, name="people"),
    path("people/move/", people.move_indicators, name="move_indicators"),
    path("people/deputies/appoint/", people.appoint_deputy, name="appoint_deputy"),
    path("people/deputies/<int:pk>/end/", people.end_deputy, name="end_deputy"),
    path("people/suspend/<reference:address>/", people.suspend, name="suspend_indicator"),
    path("attestation/<quarter:quarter>/", people.attestation, name="attestation"),
    path("forecasts/", forecasts.forecasts, name="forecasts"),
    path("forecasts/one-by-one/", forecasts.forecasts_one_by_one, name="forecasts_one_by_one"),
    path("variations/", variations.register, name="variations"),
    path(
        "indicators/<reference:address>/variations/", variations.of_indicator, name="variations_of"
    ),
    path(
        "indicators/<reference:address>/variations/propose/",
        variations.propose,
        name="propose_variation",
    ),
    path(
        "indicators/<reference:address>/variations/<int:pk>/",
        variations.variation,
        name="variation",
    ),
    path("set-up/indicators/", definitions.indicators, name="set_up_indicators"),
    path("set-up/indicators/add/", definitions.add_indicator, name="set_up_indicators_add"),
    path(
        "set-up/indicators/library/",
        definitions.definitions_to_pick,
        name="set_up_indicators_library",
    ),
    *spreadsheet_paths(definitions.INDICATORS),
    path(
        "set-up/indicators/<reference:address>/change/",
        definitions.change_indicator,
        name="set_up_indicators_change",
    ),
    path(
        "set-up/indicators/<reference:address>/move/",
        definitions.move,
        name="set_up_indicators_move",
    ),
    path(
        "set-up/indicators/<reference:address>/move/<int:pk>/drop/",
        definitions.drop,
        name="set_up_indicators_drop_move",
    ),
    path(
        "set-up/indicators/<reference:address>/history/",
        definitions.indicator_history,
        name="set_up_indicators_history",
    ),
    path("set-up/targets/", targets.targets, name="set_up_targets"),
    *spreadsheet_paths(targets.TARGETS),
    path("targets/", targets.waiting_targets, name="waiting_targets"),
    path("targets/units/<slug:code>/", targets.unit_targets, name="unit_targets"),
    path("indicators/<reference:address>/targets/", targets.targets_of, name="targets_of"),
    path(
        "indicators/<reference:address>/targets/propose/",
        targets.propose_target,
        name="propose_target",
    ),
    path(
        "indicators/<reference:address>/targets/<int:pk>/",
        targets.proposed_target,
        name="proposed_target",
    ),
    path(
        "indicators/<reference:address>/targets/<int:pk>/withdraw/",
        targets.withdraw,
        name="withdraw_target",
    ),
    path("sign-off/", sign_off.sign_off, name="sign_off"),
    path(
        "sign-off/unlock/<quarter:quarter>/<reference:address>/",
        sign_off.unlock,
        name="unlock_result",
    ),
    path(
        "sign-off/<quarter:quarter>/<str:stage>/<slug:unit>/",
        sign_off.sign_off_sheet,
        name="sign_off_sheet",
    ),
]
