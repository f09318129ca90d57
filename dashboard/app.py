"""The entry script of `streamlit run`; everything it does is in `shell`, which is imported once."""

import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:  # `streamlit run` puts this folder first on the path, not the root
    sys.path.insert(0, ROOT)

from dashboard import shell  # noqa: E402  (needs the path above)

shell.main()
