"""The workbook in which a return is filled in away from the service, out and back."""
