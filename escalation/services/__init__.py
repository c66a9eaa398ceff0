"""What is done about escalations; action plans are in the module beside it."""
