/**
 * The board: draws every chart of a view with Plotly, in the places that the page keeps for them.
 *
 * Streamlit calls the default export with new data at every run. A chart keeps its node from run to run, wherever the
 * page puts its place, and only what differs is drawn again. What a reader does to a mark goes back as a gesture.
 */

import { chartsAfter } from "./ahead.js";
import { crumbGesture } from "./crumbs.js";
import { keepEntries } from "./entries.js";
import { Gestures, pointsOf } from "./gestures.js";
import { saveImage, savers } from "./image.js";
import { Keys } from "./keys.js";
import { legendGesture } from "./legend.js";
import { Look } from "./look.js";
import { markAt, marksOf } from "./marks.js";
import { closeMenu, itemsOf, openMenu } from "./menu.js";
import { plotly } from "./plotly.js";
import { Touch } from "./touch.js";

const STILL = 500; // milliseconds: by then Plotly has answered the last move of the mouse
const boards = new WeakMap();
keepEntries();

export default function ({ data, parentElement, setStateValue }) {
  const board = boards.get(parentElement) ?? new Board(parentElement);
  boards.set(parentElement, board);
  board.gestures.sendBy((queue) => setStateValue("gestures", queue));
  board.askAnew = (look) => setStateValue("look", look);
  board.show(JSON.parse(new TextDecoder().decode(data)));
  return () => {
    boards.delete(parentElement);
    board.end();
  };
}

class Board {
  constructor(element) {
    this.element = element;
    this.charts = new Map();
    this.gestures = new Gestures();
    this.gestures.ahead = (queue) => this.runAhead(queue);
    this.gestures.giveUp = () => this.follow();
    this.places = new MutationObserver(() => this.settle());
    this.places.observe(document.body, { childList: true, subtree: true });
    this.ends = new AbortController();
    document.addEventListener("click", (event) => crumbGesture(event, this.gestures), { signal: this.ends.signal });
    for (const name of ["click", "contextmenu", "keydown"]) {
      document.addEventListener(name, (event) => legendGesture(event, this.charts), { signal: this.ends.signal });
    }
  }

  /** The charts of this run; those of another view are let go. */
  show(message) {
    const { answered, language, locale, page, plotly: address } = message;
    this.message = message;
    this.gestures.spoken = message.spoken;
    document.documentElement.lang = language;
    this.gestures.answered(answered);
    this.wear(new Look(this.element, locale), page.dark);
    if (this.isAhead(page, answered)) return;
    plotly(address).then((library) => {
      this.library = library;
      if (!this.ends.signal.aborted) this.follow();
    });
  }

  /** Whether the charts on the screen know of gestures that this run of the page does not. */
  isAhead(page, answered) {
    return this.lead?.view === page.view && this.lead.number > answered;
  }

  /** Shows what the page says. */
  follow() {
    const { charts } = this.message;
    this.lead = null;
    for (const id of [...this.charts.keys()]) if (!(id in charts)) this.drop(id);
    this.want(charts);
  }

  want(charts) {
    for (const [id, wanted] of Object.entries(charts)) this.chart(id).wanted = wanted;
    this.settle();
  }

  /** The charts as gestures will leave them, unless the page or a newer gesture was faster. */
  async runAhead(queue) {
    const { page } = this.message;
    const { number } = queue.at(-1);
    for await (const charts of chartsAfter(page, queue)) {
      if (number !== this.gestures.last || !this.gestures.queue.length || page.view !== this.message.page.view) return;
      if (this.ends.signal.aborted) return;
      this.lead = { view: page.view, number };
      this.want(charts);
    }
  }

  /** Figures bring colours for a light or a dark page; after the page has changed, others are asked for, once. */
  wear(look, dark) {
    const isNew = look.id !== this.look?.id;
    this.look = look;
    if (isNew) look.spread(document.documentElement);
    if (isNew && dark !== look.isDark) this.askAnew(look.id);
  }

  chart(id) {
    if (!this.charts.has(id)) this.charts.set(id, new Chart(id, this.gestures));
    return this.charts.get(id);
  }

  drop(id) {
    this.charts.get(id).end(this.library);
    this.charts.delete(id);
  }

  /** Every chart into its place, and what is not drawn as wanted is drawn. */
  settle() {
    if (!this.library) return;
    const drawn = [...this.charts.values()].filter((chart) => chart.settle(this.library, this.look));
    if (drawn.length) requestAnimationFrame(() => announce([...this.charts.values()]));
  }

  end() {
    this.places.disconnect();
    this.ends.abort();
    closeMenu();
    for (const id of [...this.charts.keys()]) this.drop(id);
  }
}

/** One chart: its node, what it is to show, and what it shows. */
class Chart {
  constructor(id, gestures) {
    this.id = id;
    this.gestures = gestures;
    this.node = document.createElement("div");
    this.node.className = "board-chart";
    this.touch = new Touch(this.node, (x, y) => this.menuAt(x, y));
    this.keys = new Keys(this);
    this.node.addEventListener("contextmenu", (event) => this.menuAt(event.clientX, event.clientY) && event.preventDefault());
    this.size = new ResizeObserver(() => this.fit());
  }

  /** True if something was drawn. A place that the page made anew takes the node over, as it is. */
  settle(library, look) {
    const place = document.querySelector(`[data-chart="${CSS.escape(this.id)}"]`);
    if (!place || !this.wanted) return false;
    this.offer(this.wanted.save);
    if (this.node.parentElement !== place) this.enter(place);
    if (this.drawn === `${this.wanted.digest} ${look.id}`) return false;
    this.draw(library, look);
    return true;
  }

  enter(place) {
    place.replaceChildren(this.node, this.savers, this.keys.voice);
    this.size.disconnect();
    this.size.observe(place);
  }

  draw(library, look) {
    const { figure, alt, digest, brushes } = this.wanted;
    Object.assign(this, { library, look });
    const place = this.node.parentElement;
    for (const box of [place, place.closest("[class*=st-key-place_]")]) {
      box.style.height = `${figure.layout.height}px`; // ahead of the page, which makes it as high
    }
    this.width = place.clientWidth;
    const layout = look.layout(figure.layout, { brushes, width: this.width });
    const drawing = library.react(this.node, look.data(figure.data, this.width), layout, look.config);
    this.drawings = Promise.allSettled([this.drawings, drawing]);
    this.introduce(alt);
    if (!this.drawn) this.listen();
    this.drawn = `${digest} ${look.id}`;
    drawing.then(() => this.keys.resume());
  }

  /** What it is called, and where its marks can be filtered by, how the keyboard does it. */
  introduce(alt) {
    const { clicks } = this.wanted;
    this.node.setAttribute("role", clicks ? "application" : "figure");
    this.node.setAttribute("aria-label", clicks ? `${alt} ${this.gestures.spoken.words.hint}` : alt);
    if (clicks) this.node.tabIndex = 0;
    else this.node.removeAttribute("tabindex");
  }

  listen() {
    this.node.removeAllListeners();
    this.node.on("plotly_click", ({ points, event }) => {
      if (this.touch.isMeant(event)) this.gestures.click(this.id, points);
    });
    this.node.on("plotly_legendclick", ({ data, curveNumber }) => {
      this.gestures.click(this.id, pointsOf(data, curveNumber));
      return false; // what would hide the series
    });
    this.node.on("plotly_selected", (event) => {
      if (event) this.gestures.brush(this.id, event.points);
      if (event) this.library.relayout(this.node, { selections: [] });
    });
  }

  /** As a click on the mark. */
  click({ data }) {
    this.gestures.click(this.id, [{ customdata: data }]);
    return true;
  }

  /** What a screen reader is told of a mark beside its hover label. */
  told({ data }) {
    const { own, listed } = this.wanted;
    const isListed = own.length && own.every((_, place) => listed[place].includes(String(data[place])));
    return isListed ? `${this.gestures.spoken.words.chosen}:` : "";
  }

  /** The menu at a mark; true where there is one. */
  menu(mark, { x, y } = mark) {
    const box = this.node.getBoundingClientRect();
    return this.openMenu(mark.data, { x: box.left + x, y: box.top + y, focus: this.node });
  }

  /** The menu for what a place in the window shows. */
  menuAt(x, y) {
    const box = this.node.getBoundingClientRect();
    const mark = this.wanted.clicks && markAt(marksOf(this.node), x - box.left, y - box.top);
    return Boolean(mark) && this.openMenu(mark.data, { x, y, focus: this.node });
  }

  openMenu(data, place) {
    const { words } = this.gestures.spoken;
    const { isSeries, ...where } = place;
    const menu = isSeries ? { ...this.wanted, brushes: false } : this.wanted;
    const items = itemsOf(menu, data, this.gestures.spoken);
    const choose = ({ text: _, ...gesture }) => this.gestures.add({ chart: this.id, ...gesture });
    if (items.length) openMenu(items, { ...where, name: words.name, choose });
    return items.length > 0;
  }

  /** Its buttons to save it, in the language of the page. */
  offer(label) {
    if (label === this.label) return;
    this.label = label;
    const made = savers(label, (format) => this.save(format));
    this.savers?.replaceWith(made);
    this.savers = made;
  }

  save(format) {
    const { alt: title, file: name } = this.wanted;
    return saveImage(this.library, this.node, { format, title, name, look: this.look });
  }

  /** As wide as the place, once that has changed. */
  fit() {
    const width = this.node.parentElement?.clientWidth;
    if (!this.library || !width || width === this.width) return;
    this.draw(this.library, this.look);
  }

  /** Plotly is let finish what it is at, or it would look for what is no longer there. */
  end(library) {
    this.size.disconnect();
    this.node.remove();
    this.drawings?.then(() => setTimeout(() => library.purge(this.node), STILL));
  }
}

/** For whoever waits until all charts are painted. */
function announce(charts) {
  const waiting = charts.filter((chart) => !chart.drawn?.startsWith(chart.wanted?.digest));
  if (waiting.length) return;
  document.documentElement.dataset.board = charts.map((chart) => `${chart.id}:${chart.drawn}`).join(" ");
  document.dispatchEvent(new CustomEvent("board:painted"));
}
