"""The sentences about what refusals carry together, and what alone; each of its frame and nothing else."""

from functools import lru_cache
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.findings import Finding
from dashboard.marks import Marks
from etl.intervals import MINIMUM_N
from etl.words import Words

MOST_TOGETHER = Words(
    en="Closest: {share} of the {all} refusals with **{row}** also carry **{column}** ({both}).",
    zh="最常同时出现：列有**{row}**的 {all} 次拒绝中，{share}（{both} 次）同时列有**{column}**。",
)
NEVER = Words(
    en="No refusal carries two of them.",
    zh="没有拒绝同时列有其中两项。",
)
TOO_FEW = Words(en="Too few refusals carry two of them: fewer than {n}.", zh="同时列有两项的拒绝过少，不足 {n} 次。")
NOT_JUDGED = Words(
    en=" Behind a first reason others may be unrecorded: {gates}.",
    zh="首个拒因之后可能另有未记录者：{gates}。",
)
NONE_JUDGED = Words(en="the log does not say of any that all gates were judged", zh="日志未表明任何一次评估了全部关口")
SOME_JUDGED = Words(en="not all gates were judged each time", zh="并非每次都评估了全部关口")
ALONE = Words(
    en="**{name}** alone stands on {alone}, {share} of the {all} refusals that carry it.",
    zh="仅列**{name}**的拒绝 {alone} 次，占列有此项的 {all} 次的 {share}。",
)
FREED = Words(en=" They would be rescued if this rule went.", zh="去掉该规则即可挽回。")
SOME_FREED = Words(
    en=" {freed} of them would be rescued if this rule went; on the rest it is only the one recorded.",
    zh="其中 {freed} 次去掉该规则即可挽回，其余仅记录此一项。",
)
NONE_FREED = Words(en=" It is only the one recorded.", zh="仅记录此一项。")


@lru_cache(maxsize=8)
def together(level: str) -> Finding:
    """The largest share of those with enough refusals, and whether all that stood behind was looked for."""

    def said(frame: pd.DataFrame, marks: Marks) -> str | None:
        pairs = frame[frame[level] != frame[f"{level}_with"]]
        if pairs.empty:
            return None
        return _closest(pairs, marks, level) + _behind(frame, marks)

    return said


def _closest(pairs: pd.DataFrame, marks: Marks, level: str) -> str:
    if not pairs["refusals_with"].any():
        return marks.words(NEVER)
    sure = pairs[(pairs["refusals"] >= MINIMUM_N) & (pairs["refusals_with"] > 0)]
    if sure.empty:
        return marks.words(TOO_FEW, n=MINIMUM_N)
    first = sure.sort_values(["share_with", "refusals_with", level], ascending=[False, False, True]).to_dict("records")[
        0
    ]
    return marks.words(
        MOST_TOGETHER,
        row=marks.label(level, first[level]),
        column=marks.label(level, first[f"{level}_with"]),
        share=formats.percent(first["share_with"], marks.language),
        all=formats.count(first["refusals"], marks.language),
        both=formats.count(first["refusals_with"], marks.language),
    )


def _behind(frame: pd.DataFrame, marks: Marks) -> str:
    """Whether reasons behind the first were looked for, of every refusal."""
    if (frame["refusals_judged"] == frame["refusals"]).all():
        return ""
    gates = SOME_JUDGED if frame["refusals_judged"].any() else NONE_JUDGED
    return marks.words(NOT_JUDGED, gates=marks.words(gates))


@lru_cache(maxsize=8)
def alone(level: str) -> Finding:
    """What stands alone most often, and whether it would be rescued if its rule went."""

    def said(frame: pd.DataFrame, marks: Marks) -> str | None:
        if frame.empty or not frame["refusals_alone"].any():
            return None
        first = frame.sort_values(["refusals_alone", level], ascending=[False, True]).to_dict("records")[0]
        counts = {"alone": "refusals_alone", "all": "refusals", "freed": "refusals_freed"}
        texts = {name: formats.count(first[column], marks.language) for name, column in counts.items()}
        share = formats.percent(first["share_alone"], marks.language)
        return marks.words(ALONE, name=marks.label(level, first[level]), share=share, **texts) + marks.words(
            _freed(first), **texts
        )

    return said


def _freed(row: dict[Any, Any]) -> Words:
    if not row["refusals_freed"]:
        return NONE_FREED
    return FREED if row["refusals_freed"] == row["refusals_alone"] else SOME_FREED
