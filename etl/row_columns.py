"""What is shown of a single attempt: the columns in their order, and which of them a log carries."""

from dataclasses import dataclass

from etl.catalogue.dimensions import DIMENSIONS
from etl.words import Words


@dataclass(frozen=True)
class RowColumn:
    """A column of `models/rows/shown.sql`; `stored` is the column of the store without which there is nothing in it."""

    name: str
    words: Words
    stored: str
    is_for_files: bool = False
    """Whether the screen leaves it out: it is said in a heading or beside another column, or has no words."""


def _dimension(name: str) -> RowColumn:
    return RowColumn(name, DIMENSIONS[name].words, name)


WEIGHT = RowColumn("weight", Words(en="Counts as", zh="计数权重"), "outcome")
"""Only where a filter of refusal scope gives each refusal its credit."""
COLUMNS = (
    RowColumn("attempted_at", Words(en="Attempted at ({zone})", zh="尝试时间（{zone}）"), "attempted_at"),
    RowColumn("zone", Words(en="Time zone", zh="时区"), "attempted_at", is_for_files=True),
    _dimension("outcome"),
    WEIGHT,
    RowColumn("reasons", Words(en="Reasons, each with its cause", zh="拒因及其原因"), "reason_codes"),
    RowColumn("causes", DIMENSIONS["cause"].words, "reason_codes", is_for_files=True),
    RowColumn("shown_message", Words(en="Shown to the applicant", zh="展示给申请人的文案"), "shown_message"),
    RowColumn("amount_requested", Words(en="Amount requested{currency}", zh="申请金额{currency}"), "amount_requested"),
    *map(
        _dimension,
        (
            *("currency", "region", "city", "channel", "product", "app_version", "os", "release_ring", "partner"),
            *("policy_version", "stage", "scheme"),
        ),
    ),
    RowColumn("scheme_version", Words(en="Version of the code list", zh="代码表版本"), "scheme_version"),
    _dimension("evaluation"),
    RowColumn("gates_evaluated", Words(en="Gates", zh="已评估关卡"), "gates_evaluated", is_for_files=True),
    RowColumn("score", Words(en="Credit score", zh="信用评分"), "score"),
    RowColumn("decided_at", Words(en="Decided at ({zone})", zh="决定时间（{zone}）"), "decided_at"),
    RowColumn("latency_ms", Words(en="Time to decide (ms)", zh="决定耗时（毫秒）"), "latency_ms"),
    RowColumn("applicant", Words(en="Applicant, masked", zh="申请人（掩码）"), "applicant_id"),
    RowColumn("attempt", Words(en="Attempt, masked", zh="尝试编号（掩码）"), "attempt_id"),
    RowColumn("source_file", Words(en="File", zh="文件"), "source_file"),
    RowColumn("source_row", Words(en="Line", zh="行号"), "source_row"),
)
BY_NAME = {column.name: column for column in COLUMNS}


def carried(filled: frozenset[str], *, is_weighed: bool) -> tuple[RowColumn, ...]:
    """The columns in which there is something, given the columns of the store in which there is."""
    return tuple(c for c in COLUMNS if c.stored in filled and (c is not WEIGHT or is_weighed))
