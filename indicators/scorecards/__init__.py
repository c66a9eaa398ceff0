"""A council's own scorecard, read as it is kept: cells, then tables, then facts with their places."""
