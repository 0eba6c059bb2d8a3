"""Doors of the subsidy floor for machines: shapes, addresses, nothing decided."""
