"""The rules by which indicators are rated and their travel is told. Pure: no Django, no clock."""
