"""What a number, an address or an age means. Pure: the day is an argument."""
