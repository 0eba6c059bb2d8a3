"""Pages of the subsidy floor: who asks, what for, do it, show it."""
