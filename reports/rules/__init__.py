"""What editions are made of and counted by. Pure: no Django, no clock."""
