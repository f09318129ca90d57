"""The board's own modules, imported in real Chromium: gestures are kept until answered, charts leave quietly."""

import json
from typing import Any

import pytest
from browsing import IN_CHROMIUM, settle
from playwright.sync_api import Page

pytestmark = IN_CHROMIUM
MODULES = "/_stcore/bidi-components/refusal-lens.board"
STILL = 800
"""Milliseconds: by then a chart that left is done with."""


def told(page: Page, script: str) -> Any:
    """What a script says that has the module of gestures as `lens`, and `sent` for what it would send."""
    page.goto("/")
    settle(page)
    wrapped = f"async () => {{ const lens = await import('{MODULES}/gestures.js'), sent = []; {script} }}"
    return json.loads(page.evaluate(f"({wrapped})().then(JSON.stringify)"))


def test_a_gesture_is_sent_again_until_it_is_answered(page: Page) -> None:
    numbers = told(
        page,
        """
        const waiting = [], queue = new lens.Gestures(act => waiting.push(act));
        queue.sendBy(({gestures}) => sent.push(gestures.map(gesture => gesture.number)));
        queue.add({mark: ['a']});
        queue.add({mark: ['b']});
        waiting.at(-1)();
        queue.answered(1);
        waiting.at(-1)();
        queue.answered(2);
        waiting.at(-1)();
        return sent;
        """,
    )
    assert numbers == [[1], [1, 2], [1, 2], [2]]


@pytest.mark.parametrize("charts", ["Promise.resolve()", "Promise.reject(new Error('no charts'))"])
def test_a_gesture_is_sent_whatever_becomes_of_the_charts_ahead(page: Page, charts: str) -> None:
    numbers = told(
        page,
        f"""
        const queue = new lens.Gestures(() => null);
        queue.sendBy(({{gestures}}) => sent.push(gestures.map(gesture => gesture.number)));
        queue.ahead = () => {charts};
        queue.add({{mark: ['a']}});
        await new Promise(wait => setTimeout(wait, 50));
        return sent;
        """,
    )
    assert numbers == [[1]]


def test_a_mark_and_the_days_under_a_brush_are_read_from_the_custom_data(page: Page) -> None:
    read = told(
        page,
        """
        const points = [['x', '2026-10-02', '2026-10-02'], ['x', '2026-10-01', '2026-10-01']].map(
            customdata => ({customdata}));
        return [lens.markOf(points), lens.markOf([{customdata: 'CN-GD'}]), lens.markOf([]), lens.markOf(undefined),
            lens.daysOf(points), lens.daysOf([{customdata: []}])];
        """,
    )
    assert read == [
        ["x", "2026-10-02", "2026-10-02"],
        ["CN-GD"],
        None,
        None,
        ["2026-10-01", "2026-10-02"],
        None,
    ]


def test_a_chart_that_leaves_while_it_is_drawn_and_has_the_focus_leaves_quietly(page: Page) -> None:
    """Plotly draws in steps; `page` complains of what a later step no longer finds."""
    page.goto("/")
    settle(page, charts=3)
    page.evaluate(
        """async ([board, plotly]) => {
            const {default: mount} = await import(board), library = await import(plotly);
            const place = document.createElement('div');
            Object.assign(place, {className: 'st-key-place_another'}).dataset.chart = 'another';
            document.body.append(place);
            const figure = {data: [{type: 'bar', x: [1], y: ['a']}], layout: {height: 200, width: 300}};
            const another = {figure, alt: '', digest: '1', save: {}, clicks: true, own: [], listed: []};
            const message = {answered: 0, language: 'en', locale: {code: 'en', format: {}}, spoken: {words: {}},
                plotly: '', page: {view: '/', dark: false}, charts: {another}};
            const data = new TextEncoder().encode(JSON.stringify(message));
            const end = mount({data, parentElement: place, setStateValue: () => null});
            await library.plotly('');
            if (!place.querySelector('.js-plotly-plot')) throw new Error('nothing is drawn');
            place.firstChild.focus();
            end();
        }""",
        [f"{MODULES}/board.js", f"{MODULES}/plotly.js"],
    )
    page.wait_for_timeout(STILL)
