"""Pages of the register, explanations, plans, warnings, back-tests, and of closing and approving."""
