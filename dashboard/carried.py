"""What refusals carry together, and what alone: two cards about causes, or about the codes of the one cause chosen."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from dashboard import companions, state
from dashboard.answers import Answer, Card, Drawn, marks
from dashboard.marks import Marks
from dashboard.pairs import matrix
from dashboard.screen import Screen
from dashboard.sketch import Sketch
from dashboard.solitary import bars
from etl.catalogue import UNSPECIFIED
from etl.query import Attribution, Question
from etl.words import Words

Found = Callable[[Screen, Question, str], pd.DataFrame]
Figure = Callable[[pd.DataFrame, Marks, str], Sketch]

EVERY = Words(
    en="Counted is what each refusal carries, in any place of its list, whatever “Several reasons count” says. "
    "Where one cause is chosen, its codes are shown. Behind the first reason of gates that stop there, or do not say, "
    "nobody looked for others.",
    zh="统计每次拒绝所列的全部拒因（不论位置），不受“多拒因归因”影响。选定单个原因时，显示其代码。"
    "若评估在首个拒因处停止或未说明，则其后的拒因未被检查。",
)
PAIRS = Words(
    en="Each cell, in %: of the refusals that carry the row, those that also carry the column. On the diagonal: how "
    "many carry the row at all. Grey: all of the row comes from gates that did not judge further. "
    "A click filters by the row; a filter for both at once does not exist.",
    zh="每格（%）：列有该行拒因的拒绝中，同时列有该列拒因的占比。对角线：列有该行拒因的拒绝次数。"
    "灰色：该行的拒绝均来自未继续评估的关口。点击按行筛选；暂不能同时按两者筛选。",
)
ALONE = Words(
    en="A refusal hangs on one cause if it carries nothing else. It would be rescued if this rule went only where all "
    "gates were judged; elsewhere it is the only one recorded. A refusal without a recorded reason is in no bar.",
    zh="若拒绝仅列一项原因，则取决于该原因。仅在全部关口均已评估时，去掉该规则才可挽回；否则只是仅记录此一项。"
    "未记录拒因的拒绝不在图中。",
)
CODES_TOGETHER = Words(en="Which codes come with those of this cause?", zh="哪些代码与该原因的代码同时出现？")
CODES_ALONE = Words(en="How many refusals hang on one code alone?", zh="多少拒绝只因单一代码？")

COLUMNS = {
    "refusals": "refusals that carry it",
    "refusals_with": "of these, refusals that also carry the second one",
    "share_with": "refusals_with / refusals",
    "refusals_judged": "of the refusals that carry it, those of which all gates were judged",
    "refusals_alone": "of the refusals that carry it, those that carry nothing else",
    "share_alone": "refusals_alone / refusals",
    "refusals_freed": "of refusals_alone, those of which all gates were judged: rescued if this rule went",
}


def level_of(screen: Screen) -> str:
    """Causes; the codes where exactly one cause is chosen."""
    return "reason" if screen.filters.only("cause") else "cause"


def cards(screen: Screen) -> tuple[Card, Card]:
    level = level_of(screen)
    together = replace(TOGETHER, own=(level,), finding=companions.together(level))
    alone = replace(LONELY, own=(level,), finding=companions.alone(level))
    if level == "cause":
        return together, alone
    return replace(together, question=CODES_TOGETHER), replace(alone, question=CODES_ALONE)


def _answered(found: Found, drawn: Figure) -> Callable[[Card, Screen], Answer]:
    def answered(card: Card, screen: Screen) -> Answer:
        (level,) = card.own
        question = screen.question(card.metrics, (level,), without=card.own, attribution=Attribution.ANY)
        totals = screen.ask(replace(question, by=()))
        frame = found(screen, question, level)
        if frame.empty:
            return Answer(card, totals=totals)
        columns = {name: text for name, text in COLUMNS.items() if name in frame}
        return Answer(card, "", totals, Drawn(question, frame, drawn(frame, marks(screen), level), columns))

    return answered


def _pairs(screen: Screen, question: Question, level: str) -> pd.DataFrame:
    """The pairs, each row with how many of its refusals were judged by all gates."""
    judged = state.alone(screen.snapshot, question, level)[[level, "refusals_judged"]]
    return state.together(screen.snapshot, question, level).merge(judged, on=level)


def _alone(screen: Screen, question: Question, level: str) -> pd.DataFrame:
    found = state.alone(screen.snapshot, question, level)
    return found[found[level] != UNSPECIFIED].reset_index(drop=True)


TOGETHER = Card(
    "together",
    Words(en="Which causes come together?", zh="哪些原因同时出现？"),
    metrics=("refusals",),
    by=(),
    own=("cause",),
    note=Words(en=f"{PAIRS.en} {EVERY.en}", zh=f"{PAIRS.zh}{EVERY.zh}"),
    answered=_answered(_pairs, matrix),
)
LONELY = Card(
    "alone",
    Words(en="How many refusals hang on one cause alone?", zh="多少拒绝只因单一原因？"),
    metrics=("refusals",),
    by=(),
    own=("cause",),
    note=Words(en=f"{ALONE.en} {EVERY.en}", zh=f"{ALONE.zh}{EVERY.zh}"),
    answered=_answered(_alone, bars),
)
