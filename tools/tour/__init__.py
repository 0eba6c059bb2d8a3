"""`make tour`: the whole job once, through HTTP only, checked to the fen. Knows the doors, nothing of the inside."""
