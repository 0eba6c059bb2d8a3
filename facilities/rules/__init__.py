"""What follows from facts about homes, beds, prices and stays. Pure: no Django, no clock, no query."""
