"""What may be asked about escalations."""
