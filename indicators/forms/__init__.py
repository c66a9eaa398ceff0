"""What people fill in about indicators and their results."""
