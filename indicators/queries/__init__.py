"""What may be asked about indicators, their results and ratings."""
