"""What a reader must know before trusting a rate: how much is not decided yet, and what it can still become."""

import streamlit as st

from dashboard import formats
from dashboard.screen import Screen
from etl.words import Words

IMMATURE = 0.02
"""Share of pending attempts above which a period's rate is not settled (DESIGN: rule 5)."""
PENDING = Words(
    en="{share} of the attempts are pending: the refusal rate will settle between {least} and {most}.",
    zh="{share} 的借款尝试尚待决定：拒绝率最终将介于 {least} 与 {most} 之间。",
)


def show_cautions(screen: Screen) -> None:
    """A line where the period is not settled yet, nothing otherwise."""
    for line in _pending(screen):
        st.warning(line, icon=":material/info:")


def _pending(screen: Screen) -> list[str]:
    """The bounds between which the rate lies; under a cause filter pending attempts belong to no cause."""
    if screen.filters.has_refusal_filter:
        return []
    row = screen.ask(screen.question(("pending_share", "refusal_rate_at_least", "refusal_rate_at_most"))).iloc[0]
    if not row["pending_share"] > IMMATURE:
        return []
    shares = {"share": "pending_share", "least": "refusal_rate_at_least", "most": "refusal_rate_at_most"}
    return [screen.words(PENDING, **{k: formats.percent(row[name], screen.language) for k, name in shares.items()})]
