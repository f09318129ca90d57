/**
 * A chart without a mouse: arrow keys lead from mark to mark, Enter is a click, Shift+Enter and the menu key open the menu.
 *
 * What the hover label says of the mark is said to a screen reader too.
 */

import { marksOf, nextMark } from "./marks.js";

const SHOWN = 80; // milliseconds after which Plotly, which skips hovers that follow too fast, has drawn the label
const STEPS = { ArrowLeft: ["x", -1], ArrowRight: ["x", 1], ArrowUp: ["y", -1], ArrowDown: ["y", 1] };

export class Keys {
  /** `chart` has a node, click(mark) and menu(mark). */
  constructor(chart) {
    this.chart = chart;
    this.voice = document.createElement("div");
    this.voice.className = "board-voice";
    this.voice.setAttribute("aria-live", "polite");
    chart.node.addEventListener("keydown", (event) => this.press(event));
    chart.node.addEventListener("focus", () => this.resume());
    chart.node.addEventListener("blur", () => this.hide());
  }

  press(event) {
    if (event.target !== this.chart.node || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.meant(event)) event.preventDefault();
  }

  /** Whether the key meant something here. */
  meant({ key, shiftKey }) {
    const marks = marksOf(this.chart.node);
    const at = this.current(marks);
    if (!marks.length) return false;
    if (key in STEPS) return this.go(at ? (nextMark(marks, at, ...STEPS[key]) ?? at) : marks[0]);
    if (key === "Home" || key === "End") return this.go(marks.at(key === "Home" ? 0 : -1));
    if (key === "Escape") return this.leave();
    if (!at) return key === "Enter" && this.go(marks[0]);
    if (key === "ContextMenu" || (key === "F10" && shiftKey) || (key === "Enter" && shiftKey)) return this.chart.menu(at);
    return (key === "Enter" || key === " ") && this.chart.click(at);
  }

  /** Where the reader is: found again by its series and what it stands for, after numbers have changed. */
  current(marks) {
    return marks.find((mark) => this.at && mark.curve === this.at.curve && mark.data[0] === this.at.data[0] && mark.number === this.at.number);
  }

  go(mark) {
    this.at = mark;
    this.chart.library.Fx.hover(this.chart.node, [placeOf(this.chart.node, mark)], subplotOf(this.chart.node, mark));
    this.voice.setAttribute("aria-busy", "true");
    clearTimeout(this.saying);
    this.saying = setTimeout(() => this.say(mark), SHOWN);
    return true;
  }

  say(mark) {
    const labels = [...this.chart.node.querySelectorAll(".hoverlayer .hovertext .nums")];
    const lines = labels.flatMap((label) => (label.querySelector(".line") ? [...label.querySelectorAll(".line")] : [label]));
    this.voice.textContent = [this.chart.told(mark), ...lines.map((line) => line.textContent)].filter(Boolean).join(" ");
    this.voice.removeAttribute("aria-busy");
  }

  /** After the chart was drawn anew. */
  resume() {
    if (document.activeElement !== this.chart.node || !this.at) return;
    const mark = this.current(marksOf(this.chart.node));
    if (mark) this.go(mark);
  }

  leave() {
    if (!this.at) return false;
    this.at = null;
    return this.hide();
  }

  hide() {
    clearTimeout(this.saying);
    this.chart.library?.Fx.unhover(this.chart.node);
    return true;
  }
}

/** What Plotly is to show the label of; an area, which has no points of its own, by a place in it. */
function placeOf(node, mark) {
  if (!mark.holds) return { curveNumber: mark.curve, pointNumber: mark.number };
  const { xaxis, yaxis } = node._fullLayout;
  return { curveNumber: mark.curve, xval: xaxis.p2c(mark.x - xaxis._offset), yval: yaxis.p2c(mark.y - yaxis._offset) };
}

function subplotOf(node, { curve }) {
  const { xaxis, yaxis } = node._fullData[curve];
  return `${xaxis}${yaxis}`;
}
