"""The strategy as it is read, and as it is set up."""
