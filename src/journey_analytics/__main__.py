"""``python -m journey_analytics`` is the command ``journeys``."""

from .cli import main

main()
