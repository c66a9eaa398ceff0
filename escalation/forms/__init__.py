"""What people fill in about escalation and about the SORP."""
