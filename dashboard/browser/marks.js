/** The marks of a chart and where they are. Plotly's marks have no names, so its own sums are asked. */

import { areasOf } from "./areas.js";

const NEAR = 24; // pixels from a point that still mean it
const SAME = 1.5; // pixels within which marks stand in one line

/** Those that a gesture can mean: their series and point, custom data, box in pixels of the chart, and how they stand. */
export function marksOf(node) {
  return (node.calcdata ?? []).flatMap((points) => {
    const { trace } = points[0] ?? {};
    if (!trace || trace.hoverinfo === "skip" || trace.visible !== true) return [];
    if (!trace.customdata) return areasOf(node, trace, points);
    return points.flatMap((point, place) => {
      const number = point.i ?? place;
      const data = trace.customdata[number];
      const box = data?.length && data[0] !== null ? boxOf(node, trace, point) : null;
      return box ? [{ curve: trace.index, number, data, ...box, lies: lieOf(trace) }] : [];
    });
  });
}

/** Along which axis the marks of a series follow each other: cells along both. */
function lieOf(trace) {
  if (trace.type === "bar") return trace.orientation === "h" ? "y" : "x";
  return trace.mode?.includes("lines") ? "x" : "both";
}

function boxOf(node, trace, point) {
  const [along, across] = trace.orientation === "h" ? ["x", "y"] : ["y", "x"];
  const isBar = trace.type === "bar";
  const spans = {
    [along]: isBar ? spanOf(node, trace, along, point.s0, point.s1) : spanOf(node, trace, along, point[along], point[along]),
    [across]: isBar ? spanOf(node, trace, across, point.p0, point.p1) : spanOf(node, trace, across, point[across], point[across]),
  };
  const { x, y } = spans;
  return [...x, ...y].every(Number.isFinite) ? { x: middle(x), y: middle(y), wide: x[1] - x[0], high: y[1] - y[0] } : null;
}

function spanOf(node, trace, letter, from, to) {
  const name = (trace[`${letter}axis`] ?? letter).replace(letter, `${letter}axis`);
  const axis = node._fullLayout[name];
  return [from, to].map((value) => axis._offset + axis.c2p(value)).sort((one, other) => one - other);
}

const middle = ([from, to]) => (from + to) / 2;

/** The mark at a place in the chart: the smallest that it lies in, else the nearest point close by. */
export function markAt(marks, x, y) {
  const away = (mark) => (mark.holds ? outside(mark, x, y) : beside(mark, x, y));
  const close = marks.filter((mark) => away(mark) <= (mark.wide || mark.high ? 0 : NEAR));
  return close.sort((one, other) => away(one) - away(other) || one.wide * one.high - other.wide * other.high)[0];
}

const beside = (mark, x, y) => Math.hypot(Math.max(0, Math.abs(mark.x - x) - mark.wide / 2), Math.max(0, Math.abs(mark.y - y) - mark.high / 2));

const outside = (mark, x, y) => (mark.holds(x, y) ? 0 : Infinity);

/** The next mark in a direction, an axis and 1 or -1: in the same line if there is one, else in the next line. */
export function nextMark(marks, from, axis, step) {
  const other = axis === "x" ? "y" : "x";
  const ahead = marks.filter((mark) => (mark[axis] - from[axis]) * step > SAME);
  const isAligned = (mark) => Math.abs(mark[other] - from[other]) <= SAME;
  const isAcross = from.lies !== "both" && from.lies !== axis;
  const aligned = isAcross || from.lies === "both" ? ahead.filter(isAligned) : [];
  if (isAcross && !aligned.length) return undefined;
  const found = aligned.length ? aligned : ahead;
  const line = Math.min(...found.map((mark) => Math.abs(mark[axis] - from[axis])));
  const inLine = found.filter((mark) => Math.abs(mark[axis] - from[axis]) <= line + SAME);
  return inLine.sort((one, two) => Math.abs(one[other] - from[other]) - Math.abs(two[other] - from[other]))[0];
}
