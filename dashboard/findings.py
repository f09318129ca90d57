"""One sentence for a card: what its frame says, read off the frame and nothing else."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from dashboard import formats
from dashboard.buckets import placed
from dashboard.marks import Marks, is_rate
from etl.catalogue.metrics import METRICS
from etl.intervals import MINIMUM_N
from etl.words import Words

Finding: TypeAlias = Callable[[pd.DataFrame, Marks], str | None]
"""None where there is nothing to say, such as the highest of one."""

LEADS = Words(
    en="**{name}** refused most: {refusals}, {share} of all refusals.",
    zh="**{name}**拒绝最多：{refusals} 次，占全部拒绝的 {share}。",
)
EXTREMES = Words(
    en="Highest in **{highest}**, {high}; lowest in **{lowest}**, {low}; of {n} with at least {least} {cases}.",
    zh="最高：**{highest}** {high}；最低：**{lowest}** {low}（{cases}不少于 {least} 的共 {n} 个）。",
)
HIGHEST = Words(en="Highest: **{name}**, {rate} ({counts}).", zh="最高：**{name}** {rate}（{counts}）。")
PEAK = Words(
    en="Most: **{name}** with {value}, {times} times the median of {median}.",
    zh="最多：**{name}** {value}，为中位数 {median} 的 {times} 倍。",
)
LEVEL = Words(
    en="None stands out: at most {value}, on **{name}**; the median is {median}.",
    zh="没有特别突出的时段：最多 {value}（**{name}**），中位数 {median}。",
)
FEWEST_BUCKETS = 3
STANDS_OUT = 1.15
"""Times the median."""


def leading(dimension: str) -> Finding:
    """Who refused most, of a frame with refusals, all refusals and the share."""

    def said(frame: pd.DataFrame, marks: Marks) -> str | None:
        if len(frame) < 2 or not frame["refusals"].max() > 0:
            return None
        first = frame.sort_values(["refusals", dimension], ascending=[False, True]).head(1).to_dict("records")[0]
        refusals = formats.count(first["refusals"], marks.language)
        share = formats.percent(first["refusal_share"], marks.language)
        return marks.words(LEADS, name=marks.label(dimension, first[dimension]), refusals=refusals, share=share)

    return said


def extremes(dimension: str, metric: str) -> Finding:
    """The highest and the lowest rate of those with enough cases."""

    def said(frame: pd.DataFrame, marks: Marks) -> str | None:
        over = str(METRICS[metric].denominator)
        sure = frame[frame[over] >= MINIMUM_N].sort_values([metric, dimension])
        if len(sure) < 2 or sure[metric].iloc[0] == sure[metric].iloc[-1]:
            return None
        low, *_, high = sure.to_dict("records")
        return marks.words(
            EXTREMES,
            highest=marks.label(dimension, high[dimension]),
            high=formats.percent(high[metric], marks.language),
            lowest=marks.label(dimension, low[dimension]),
            low=formats.percent(low[metric], marks.language),
            n=len(sure),
            least=MINIMUM_N,
            cases=marks.denominator(metric),
        )

    return said


def highest(dimensions: Sequence[str], metric: str) -> Finding:
    """The cell with the highest rate, of those with enough cases."""

    def said(frame: pd.DataFrame, marks: Marks) -> str | None:
        over = str(METRICS[metric].denominator)
        sure = frame[frame[over] >= MINIMUM_N].sort_values([metric, *dimensions], ascending=False)
        if len(sure) < 2 or not sure[metric].iloc[0] > sure[metric].iloc[-1]:
            return None
        first = sure.head(1).to_dict("records")[0]
        name = " · ".join(marks.label(dimension, first[dimension]) for dimension in dimensions)
        return marks.words(
            HIGHEST,
            name=name,
            rate=formats.percent(first[metric], marks.language),
            counts=_counts(first, metric, marks),
        )

    return said


def over_time(metric: str) -> Finding:
    """The bucket with the highest rate, or with the most and how unusual that is; of complete buckets only."""

    def said(frame: pd.DataFrame, marks: Marks) -> str | None:
        timed = placed(frame, marks)
        whole = timed[timed["is_whole"]]
        return _highest_bucket(whole, metric, marks) if is_rate(metric) else _fullest_bucket(whole, metric, marks)

    return said


def _fullest_bucket(whole: pd.DataFrame, metric: str, marks: Marks) -> str | None:
    """Parts are added up, which only attributions that add up allow."""
    if not marks.adds_up:
        return None
    sums = whole.groupby(["at", "bucket"])[metric].sum().reset_index()
    median = sums[metric].median()
    if len(sums) < FEWEST_BUCKETS or not median > 0:
        return None
    most = sums.loc[sums[metric].idxmax()]
    return marks.words(
        PEAK if most[metric] >= STANDS_OUT * median else LEVEL,
        name=most["bucket"],
        value=formats.count(most[metric], marks.language),
        median=formats.count(median, marks.language),
        times=f"{most[metric] / median:.1f}",
    )


def _highest_bucket(whole: pd.DataFrame, metric: str, marks: Marks) -> str | None:
    sure = whole[whole[str(METRICS[metric].denominator)] >= MINIMUM_N]
    if len(sure) < FEWEST_BUCKETS:
        return None
    first = sure.loc[sure[metric].idxmax()].to_dict()
    rate = formats.percent(first[metric], marks.language)
    return marks.words(HIGHEST, name=first["bucket"], rate=rate, counts=_counts(first, metric, marks))


def _counts(row: Mapping[Any, Any], metric: str, marks: Marks) -> str:
    numerator, denominator = (formats.count(row[name], marks.language) for name in METRICS[metric].measures)
    return marks.fraction(metric, numerator, denominator)
