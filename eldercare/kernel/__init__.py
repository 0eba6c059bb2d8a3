"""What is true everywhere and knows no noun and no table.

A closed list: a new file needs a decision record in docs/adr.
"""
