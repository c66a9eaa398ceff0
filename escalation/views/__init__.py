"""The doors to the register, to action plans and to closing a quarter."""
