"""What may be asked about editions; dashboards, stories and homes are in modules beside it."""
