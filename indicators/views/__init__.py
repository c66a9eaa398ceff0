"""Where managers enter results and answer for them, and the centre keeps the calendar."""
