"""What the SORP's rows mean, in words and in structure. No database and no clock."""
