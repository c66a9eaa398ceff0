"""What is done about the SORP."""
