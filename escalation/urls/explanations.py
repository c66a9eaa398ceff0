"""Addresses of variations' effect and of explanations."""

urlpatterns = []
