"""What happens to an assessment: requested, assigned, recorded, concluded, contested. One file for each act."""
