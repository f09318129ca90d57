/**
 * Which clicks of a chart a finger meant.
 *
 * Plotly tells a tap twice, by its touch and by the mouse that browsers imitate afterwards, which would filter and release
 * at once; and it takes a finger that scrolls the page for a click.
 */

export class Touch {
  constructor(node) {
    node.addEventListener("pointerdown", ({ pointerType }) => this.begin(pointerType), true);
    node.addEventListener("pointercancel", () => (this.scrolls = true), true); // the browser has begun to scroll
  }

  begin(pointer) {
    this.isFinger = pointer === "touch";
    this.scrolls = false;
  }

  isMeant(event) {
    const isImitated = this.isFinger && event?.type.startsWith("mouse");
    return !this.scrolls && !isImitated;
  }
}
