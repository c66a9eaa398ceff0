"""The pages of PAT and DAT."""
