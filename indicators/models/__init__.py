"""What is measured: definitions, targets, results with revisions, the return, ratings."""

from indicators.models import (  # noqa: F401 so that Django finds every table
    calendar,
    chasing,
    data_quality,
    definitions,
    effort,
    forecasts,
    months,
    moves,
    partners,
    parts,
    questions,
    ratings,
    results,
    returns,
    rounds,
    samples,
    scorecards,
    target_proposals,
    variations,
    workbooks,
)
