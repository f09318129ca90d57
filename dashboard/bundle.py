"""Plotly's own script, as the installed package carries it; the page has an address for it that names its version."""

from importlib.resources import files
from pathlib import Path

import plotly

PLOTLY_FILE = Path(str(files("plotly") / "package_data" / "plotly.min.js"))
PLOTLY = f"/bundle/plotly-{plotly.__version__}.min.js"

CHARTS = "/charts"
"""Where the browser asks for the charts after a gesture."""

ROWS = "/export/rows.csv"
"""Where the rows behind a number are, as a file."""
