"""When poor performance is referred up, and when it no longer is. No database and no clock."""
