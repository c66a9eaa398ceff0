"""What may be asked of the SORP."""
