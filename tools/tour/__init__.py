"""`make tour`: the whole job once, through HTTP only, checked to the fen. Knows the system's doors, none of its insides."""
