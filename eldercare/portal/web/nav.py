"""The main ways round, by who is looking. The portal knows all floors' doors, so it alone supplies them (settings.NAV_SOURCES)."""
