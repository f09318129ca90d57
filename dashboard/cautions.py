"""What a reader must know before trusting a rate: unlike requests counted together, too much not decided yet."""

import streamlit as st

from dashboard import formats, words
from dashboard.screen import Screen
from etl.words import Words

IMMATURE = 0.02
"""Share of pending attempts above which a period's rate is not settled (DESIGN: rule 5)."""
MIXED = Words(
    en="Unlike requests are counted together: {names}. Choose one under Stage.",
    zh="不同阶段的申请合并计算：{names}。可在“阶段”中选择其一。",
)
PENDING = Words(
    en="{share} of the attempts are pending: the refusal rate will settle between {least} and {most}.",
    zh="{share} 的借款尝试尚待决定：拒绝率最终将介于 {least} 与 {most} 之间。",
)


def show_cautions(screen: Screen) -> None:
    """A line for each caution, none where there is nothing to say."""
    for line in (*_mixed(screen), *_pending(screen)):
        st.warning(line, icon=":material/info:")


def _mixed(screen: Screen) -> list[str]:
    """Several stages among the decided attempts."""
    if not screen.snapshot.has("stage"):
        return []
    frame = screen.ask(screen.question(("decided",), ("stage",)))
    stages = list(frame.loc[frame["decided"] > 0, "stage"])
    names = words.LISTED(screen.language).join(screen.label("stage", stage) for stage in stages)
    return [screen.words(MIXED, names=names)] if len(stages) > 1 else []


def _pending(screen: Screen) -> list[str]:
    """The bounds between which the rate lies; under a cause filter pending attempts belong to no cause."""
    if screen.filters.has_refusal_filter:
        return []
    row = screen.ask(screen.question(("pending_share", "refusal_rate_at_least", "refusal_rate_at_most"))).iloc[0]
    if not row["pending_share"] > IMMATURE:
        return []
    shares = {"share": "pending_share", "least": "refusal_rate_at_least", "most": "refusal_rate_at_most"}
    return [screen.words(PENDING, **{k: formats.percent(row[name], screen.language) for k, name in shares.items()})]
