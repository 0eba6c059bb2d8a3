"""A small bank of our own, for demos and tests: a separate process with its own store, spoken to over HTTP only.

Nothing of the house imports it but the command that starts it; the channel knows just its address.
"""
