"""What reports, dashboards and stories are made of. Import from the modules."""
