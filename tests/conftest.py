"""What holds for all tests."""

import os

from hypothesis import HealthCheck, settings

# A terminal's size is asked from the terminal: these two would stand before it, and pytest-xdist sets them.
for _name in ("COLUMNS", "LINES"):
    os.environ.pop(_name, None)

# The same examples each time, however slow the machine; `pytest --hypothesis-profile=wild` looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("wild", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")
