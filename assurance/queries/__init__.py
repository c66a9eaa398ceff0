"""What may be asked about PAT and DAT."""
