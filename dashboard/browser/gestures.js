/**
 * Gestures on their way to the server: numbered, and sent again until they are answered.
 *
 * The server may be stopped in the middle of a run by the next gesture, and forgets the first one then. So every message
 * carries all that is not answered yet, and each gesture counts once there, by its number.
 */

const PATIENCE = 2000; // milliseconds without an answer before everything is sent once more
const TRIES = 3;

export class Gestures {
  constructor(wait = (act, milliseconds) => setTimeout(act, milliseconds)) {
    this.queue = [];
    this.last = 0;
    this.wait = wait;
  }

  sendBy(send) {
    this.send = send;
  }

  click(chart, points) {
    const mark = markOf(points);
    if (mark) this.add({ chart, mark });
  }

  brush(chart, points) {
    const days = daysOf(points);
    if (days) this.add({ chart, days });
  }

  /** The page is run once the charts are there, which would wait for it else. */
  add(gesture) {
    this.queue.push({ number: ++this.last, ...gesture });
    if (!this.ahead) return this.dispatch(TRIES);
    const send = () => this.queue.length && this.dispatch(TRIES);
    this.ahead([...this.queue]).then(send, send); // whatever became of the charts
  }

  dispatch(tries) {
    const newest = this.last;
    this.send({ tries, gestures: [...this.queue] });
    this.wait(() => {
      if (newest !== this.last || !this.queue.length) return;
      if (tries > 1) this.dispatch(tries - 1);
      else this.giveUp?.();
    }, PATIENCE);
  }

  answered(number) {
    this.last = Math.max(this.last, number);
    this.queue = this.queue.filter((gesture) => gesture.number > number);
  }
}

/** What the clicked mark stands for, or null where it stands for nothing that can be filtered. */
export function markOf(points) {
  const marks = (points ?? []).map((point) => point.customdata ?? areaOf(point)).filter((mark) => mark !== undefined && mark !== null);
  const mark = Array.isArray(marks[0]) ? marks[0] : marks.slice(0, 1);
  return mark.length && mark[0] !== null ? mark.map(String) : null;
}

/** What an area stands for: a filled shape has no points of its own to be clicked. */
function areaOf({ data }) {
  return Array.isArray(data?.meta) ? data.meta : undefined;
}

/** The first point of a series that stands for one value, where a legend tells several apart; else none. */
export function pointsOf(series, number) {
  const named = series.filter(({ name, showlegend }) => name && showlegend !== false);
  const marks = series[number].customdata ?? [];
  const values = new Set(marks.map(([value]) => value));
  return named.length > 1 && values.size === 1 ? [{ customdata: marks[0] }] : [];
}

/** The first and the last day under a brush: each mark on a time axis ends in its own two. */
export function daysOf(points) {
  const spans = (points ?? []).map((point) => (point.customdata ?? []).slice(-2)).filter((span) => span.length === 2);
  if (!spans.length) return null;
  const days = (place) => spans.map((span) => span[place]).sort();
  return [days(0)[0], days(1).at(-1)];
}
