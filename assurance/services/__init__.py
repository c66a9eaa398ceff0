"""What is done on PAT and DAT: seating, meeting, calling in, deciding, freezing packs."""
