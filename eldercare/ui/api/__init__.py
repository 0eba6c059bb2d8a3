"""Furniture for every floor's API: doors, problems, pages, fields. Knows no noun."""
