"""Customer journeys from what a contact center already exports."""
