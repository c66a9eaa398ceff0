"""What is done about indicators, their targets, results and ratings."""
