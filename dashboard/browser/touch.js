/**
 * Which clicks of a chart a finger meant.
 *
 * Plotly tells a tap twice, by its touch and by the mouse that browsers imitate afterwards, which would filter and release
 * at once; it takes a finger that scrolls the page for a click, and the other button of a mouse. A finger that rests opens a menu.
 */

const LONG = 550; // milliseconds that a finger rests
const STILL = 8; // pixels that a resting finger moves

export class Touch {
  /** `rest` is told where a finger rests, and says whether it did something with it. */
  constructor(node, rest) {
    node.addEventListener("pointerdown", (event) => this.begin(event, rest), true);
    node.addEventListener("pointermove", (event) => this.move(event), true);
    node.addEventListener("pointerup", () => clearTimeout(this.timer), true);
    node.addEventListener("pointercancel", () => this.scroll(), true); // the browser has begun to scroll
  }

  begin({ pointerType, button, clientX, clientY }, rest) {
    this.isFinger = pointerType === "touch";
    this.isMain = button === 0;
    this.scrolls = false;
    this.rests = false;
    this.start = [clientX, clientY];
    clearTimeout(this.timer);
    if (this.isFinger) this.timer = setTimeout(() => (this.rests = rest(clientX, clientY)), LONG);
  }

  move({ clientX, clientY }) {
    const [x, y] = this.start ?? [clientX, clientY];
    if (Math.hypot(clientX - x, clientY - y) > STILL) clearTimeout(this.timer);
  }

  scroll() {
    this.scrolls = true;
    clearTimeout(this.timer);
  }

  isMeant(event) {
    const isImitated = this.isFinger && event?.type.startsWith("mouse");
    return this.isMain !== false && !this.scrolls && !this.rests && !isImitated;
  }
}
