"""A period of which too much is pending says so, with the bounds that its rate can still take."""

from collections.abc import Callable

from test_app import open_view

from etl.snapshot import Snapshot
from etl.words import Language

Publish = Callable[..., Snapshot]
SETTLED = "at|outcome|reasons|times\n2026-10-05|approved||60\n2026-10-05|refused|U101|40\n"


def _warnings(snapshot: Snapshot, language: Language = Language.EN, **query: list[str]) -> list[str]:
    home = snapshot.path.parent.parent
    return [warning.value for warning in open_view(home, language=language, period=["all"], **query).warning]


def test_a_settled_period_carries_no_caution(publish: Publish) -> None:
    assert _warnings(publish(f"{SETTLED}2026-10-05|pending||2")) == []


def test_more_than_two_in_a_hundred_pending_give_both_bounds(publish: Publish) -> None:
    pending = publish(f"{SETTLED}2026-10-05|pending||25\n2026-10-06|approved||1")

    assert _warnings(pending) == [
        "20.0% of the attempts are pending: the refusal rate will settle between 32.0% and 52.0%."
    ]
    assert _warnings(pending, Language.ZH) == ["20.0% 的借款尝试尚待决定：拒绝率最终将介于 32.0% 与 52.0% 之间。"]
    assert _warnings(pending, layer=["user"]) == []
