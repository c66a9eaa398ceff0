"""What is done about reports: freezing an edition, drawing and keeping its files, publishing it; compliance."""
