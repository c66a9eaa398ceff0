"""Addresses of early warning and of the register of forecasts."""

urlpatterns = []
