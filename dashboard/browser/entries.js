/**
 * One entry in the browser's history per gesture, also when Back is pressed again before a view is drawn.
 *
 * Streamlit writes the address of each view that it has run. Late, such an address is of a view that the reader has gone
 * back from: it would come on top and cut off all that Forward leads to.
 */

const GESTURES = ["pointerdown", "keydown", "click"];

export function keepEntries(page = window) {
  let isEcho = false;
  const push = page.history.pushState.bind(page.history);
  page.history.pushState = (...entry) => {
    if (!isEcho) push(...entry);
  };
  page.addEventListener("popstate", () => (isEcho = true), true);
  for (const gesture of GESTURES) page.addEventListener(gesture, () => (isEcho = false), true);
}
