"""The main ways round, by who is looking. The portal knows every floor's doors, so it supplies them (NAV_SOURCES)."""
