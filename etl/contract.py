"""What a row of an attempt log may carry: the contract between any source and the store."""

from dataclasses import dataclass
from enum import StrEnum

from etl.words import Words


class Outcome(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    PENDING = "pending"
    EXCLUDED = "excluded"


class TimeGrain(StrEnum):
    INSTANT = "instant"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Evaluation(StrEnum):
    ALL = "all"
    FIRST_FAIL = "first-fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Column:
    """One column of the contract. `type` is its DuckDB type in the store."""

    name: str
    type: str
    means: Words
    is_required: bool = False


SLOT_SEPARATOR = "|"
"""Between the ordered slots of `reason_codes`; a blank slot is the empty text."""

COLUMNS: tuple[Column, ...] = (
    Column("attempt_id", "varchar", Words(en="unique id of the attempt", zh="借款尝试的唯一编号"), True),
    Column("attempted_at", "timestamp", Words(en="when, in UTC", zh="时间（UTC）"), True),
    Column("outcome", "varchar", Words(en=" | ".join(Outcome), zh="结果：" + " | ".join(Outcome)), True),
    Column("time_grain", "varchar", Words(en=" | ".join(TimeGrain), zh="时间粒度：" + " | ".join(TimeGrain))),
    Column("applicant_id", "varchar", Words(en="pseudonymous id", zh="匿名编号")),
    Column("stage", "varchar", Words(en="kind of request", zh="申请阶段")),
    Column("region", "varchar", Words(en="ISO 3166-2, such as CN-GD", zh="ISO 3166-2 代码，如 CN-GD")),
    Column("city", "varchar", Words(en="city below the region", zh="地区内的城市")),
    Column("channel", "varchar", Words(en="way in", zh="渠道")),
    Column("product", "varchar", Words(en="loan product", zh="贷款产品")),
    Column("amount_requested", "decimal(18,2)", Words(en="money asked for", zh="申请金额")),
    Column("currency", "varchar", Words(en="ISO 4217", zh="ISO 4217 币种")),
    Column("reason_codes", "varchar", Words(en="ordered codes joined by |", zh="以 | 连接的有序拒因代码")),
    Column("scheme", "varchar", Words(en="code list", zh="代码表")),
    Column("scheme_version", "varchar", Words(en="its version", zh="代码表版本")),
    Column("evaluation", "varchar", Words(en=" | ".join(Evaluation), zh="评估方式：" + " | ".join(Evaluation))),
    Column("gates_evaluated", "varchar", Words(en="gates judged, joined by |", zh="已评估的关卡，以 | 连接")),
    Column("decided_at", "timestamp", Words(en="when decided, in UTC", zh="决定时间（UTC）")),
    Column("updated_at", "timestamp", Words(en="when this row was written, in UTC", zh="本行写入时间（UTC）")),
    Column("score", "integer", Words(en="credit score", zh="信用评分")),
    Column("app_version", "varchar", Words(en="version of the app", zh="应用版本")),
    Column("os", "varchar", Words(en="operating system", zh="操作系统")),
    Column("release_ring", "varchar", Words(en="stable | gray", zh="稳定 | 灰度")),
    Column("policy_version", "varchar", Words(en="version of the policy", zh="政策版本")),
    Column("partner", "varchar", Words(en="funding partner", zh="资金方")),
    Column("latency_ms", "integer", Words(en="milliseconds to decide", zh="决定耗时（毫秒）")),
    Column("shown_message", "varchar", Words(en="what the applicant was told", zh="展示给申请人的文案")),
)

COLUMN_NAMES = tuple(column.name for column in COLUMNS)
REQUIRED = tuple(column.name for column in COLUMNS if column.is_required)
