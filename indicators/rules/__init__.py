"""The rules by which indicators are rated and their direction of travel is found. Pure: no Django, no clock."""
