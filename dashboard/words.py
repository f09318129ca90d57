"""What the frame around the views says, in both languages. What a card says stands beside the card."""

from dashboard.filters import NO_COMPARISON, Granularity
from etl.periods import Comparison
from etl.query import Attribution
from etl.words import Language, Words

PRODUCT = Words(en="Refusal Lens", zh="拒因透镜")
SYNTHETIC = Words(
    en="Synthetic data, no real lending",
    zh="合成数据，并非真实借贷",
)
LANGUAGE = Words(en="Language · 语言", zh="语言 · Language")
LANGUAGES = {Language.EN: "English", Language.ZH: "中文"}

PERIOD = Words(en="Period", zh="时段")
DATES = Words(en="From – to", zh="起止")
COMPARE = Words(en="Compare with", zh="对比")
COMPARISONS = {
    NO_COMPARISON: Words(en="Nothing", zh="不对比"),
    Comparison.PREVIOUS: Words(en="Previous period", zh="上一时段"),
    Comparison.LAST_YEAR: Words(en="Same period last year", zh="去年同期"),
}
COMPARED = Words(en="compared with {days}", zh="对比 {days}")
BY_FESTIVAL = Words(en="as many days from lunar New Year, not the same weekdays", zh="按距春节天数对齐，而非按星期")
BRACKETED = Words(en=" ({text})", zh="（{text}）")
BY_WEEKDAY = Words(en="the same weekdays", zh="按星期对齐")
BY_WEEKDAY_IN_SEASON = Words(
    en="the same weekdays; they touch that year’s Spring Festival season, the days shown do not",
    zh="按星期对齐；对比日期涉及当年春运期，所选日期则未涉及",
)
TOO_EARLY = Words(
    en="The log begins on {day}: too late for this comparison.", zh="日志始于 {day}，早于此的对比时段无数据。"
)
OUTSIDE = Words(
    en="Nothing of {days} lies in the log. Its complete days are {log}.",
    zh="{days} 不在日志范围内。日志的完整日期为 {log}。",
)
FROM = Words(en="{day} and later", zh="{day} 及以后")
UNTIL = Words(en="{day} and earlier", zh="{day} 及以前")
SINCE_NAME = Words(en="First day", zh="起始日")
UNTIL_NAME = Words(en="Last day", zh="结束日")
ATTRIBUTION = Words(en="Several reasons count", zh="多拒因归因")
ATTRIBUTIONS = {
    Attribution.PRIMARY: Words(en="for the first reason", zh="归首要拒因"),
    Attribution.ANY: Words(en="for every reason named", zh="归每个出现的拒因"),
    Attribution.FRACTIONAL: Words(en="in equal parts", zh="平均分摊"),
    Attribution.SOLE: Words(en="only where it stands alone", zh="仅计唯一拒因"),
}
SUBJECT = Words(en="Refusals", zh="拒绝")
STEPPED = Words(en="time in {step}", zh="时间按{step}")
ATTRIBUTED = Words(en="counted {how}", zh="{how}")
NOT_ADDING_UP = Words(
    en="Counted this way, parts do not add up to the whole.", zh="此归因方式下，各部分之和不等于总数。"
)
GRANULARITY = Words(en="Time in steps of", zh="时间粒度")
GRANULARITIES = {
    Granularity.AUTO: Words(en="Automatic", zh="自动"),
    Granularity.HOUR: Words(en="Hours", zh="小时"),
    Granularity.DAY: Words(en="Days", zh="日"),
    Granularity.WEEK: Words(en="Weeks", zh="周"),
    Granularity.MONTH: Words(en="Months", zh="月"),
    Granularity.YEAR: Words(en="Years", zh="年"),
}

TOO_FINE = Words(
    en="{asked} would be too many steps for this period; time is shown in {shown}",
    zh="此时段按{asked}划分过多，改按{shown}显示",
)

COUNTED = Words(en="Rows of", zh="明细范围")
EVERYTHING = Words(en="The whole log", zh="全部日志")

WHERE = Words(en="Where", zh="地区")
WHY = Words(en="Why", zh="拒因")
HOW = Words(en="How they applied", zh="申请方式")
MORE = Words(en="More filters", zh="更多筛选")
COUNTING = Words(en="How it is counted", zh="统计口径")
EVERY = Words(en="All", zh="全部")
ALL_EXCEPT = Words(en="All except these", zh="除所选外的全部")
NOT_CARRIED = Words(en="The log does not carry: {names}.", zh="日志未包含：{names}。")
CHOSEN = Words(en="{name}: {values}", zh="{name}：{values}")
EXCEPTED = Words(en="{name}: all except {values}", zh="{name}：除 {values} 外")
AND_MORE = Words(en="{values} and {n} more", zh="{values} 等另 {n} 项")
LISTED = Words(en=", ", zh="、")
CLEAR = Words(en="Clear filters", zh="清除筛选")
DISMISS = Words(en="Dismiss", zh="关闭提示")
RELEASE = Words(en="Release this filter", zh="取消此筛选")

FRESH = Words(
    en="Complete until {as_of} ({zone}) · published {published}",
    zh="数据截至 {as_of}（{zone}）· 发布于 {published}",
)
FRESH_LOCAL = Words(
    en="Complete until {as_of} (the log's own labels) · published {published}",
    zh="数据截至 {as_of}（日志自带标签）· 发布于 {published}",
)
OUTCOMES = Words(
    en="{attempts} attempts = {approved} approved + {refused} refused + {withdrawn} withdrawn + {pending} pending",
    zh="借款尝试 {attempts} = 通过 {approved} + 拒绝 {refused} + 撤回 {withdrawn} + 待定 {pending}",
)
ROWS = Words(
    en="{rows_read} rows read = {loaded} loaded + {restated} restated + {duplicates} duplicates"
    " + {quarantined} quarantined",
    zh="读取 {rows_read} 行 = 载入 {loaded} + 更新 {restated} + 重复 {duplicates} + 隔离 {quarantined}",
)
EXCLUDED = Words(
    en="{loaded} loaded = {attempts} attempts + {excluded} excluded",
    zh="载入 {loaded} = 借款尝试 {attempts} + 排除 {excluded}",
)
OPEN_BALANCE = Words(en="These counts do not close. Run: {command}", zh="以上计数不平，请运行：{command}")

NO_DATA = Words(en="No data yet", zh="尚无数据")
NO_DATA_HOW = Words(
    en="Nothing has been published in `{home}`. Make a demo world with this command, then reload the page:",
    zh="`{home}` 中尚未发布任何数据。请用以下命令生成演示数据，然后刷新页面：",
)
OWN_LOGS = Words(
    en="To see your own log instead:",
    zh="若要查看您自己的日志：",
)
DAMAGED = Words(en="The published snapshot cannot be read", zh="已发布的快照无法读取")
DAMAGED_FILE = Words(en="The file of the snapshot is missing or unreadable.", zh="快照文件缺失或无法读取。")
NOT_ANSWERED = Words(en="This cannot be shown for this log.", zh="此日志无法显示该内容。")
SEVERAL_CURRENCIES = Words(
    en="Amounts in several currencies cannot be added. Filter by currency to see them.",
    zh="多个币种的金额不能相加。请按币种筛选后查看。",
)
DAMAGED_HOW = Words(
    en="Build it again from the store with this command, then reload the page:",
    zh="请用以下命令从存储重新构建，然后刷新页面：",
)
VIEWS = {
    "overview": (Words(en="Overview", zh="总览"), ":material/newspaper:"),
    "causes": (Words(en="Causes", zh="原因"), ":material/account_tree:"),
    "regions": (Words(en="Regions", zh="地区"), ":material/map:"),
    "time": (Words(en="Time", zh="时间"), ":material/schedule:"),
    "rows": (Words(en="Rows", zh="明细"), ":material/table_rows:"),
    "data": (Words(en="Data", zh="数据"), ":material/fact_check:"),
}
