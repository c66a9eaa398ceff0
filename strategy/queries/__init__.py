"""What may be asked about the plan, savings and risks."""
