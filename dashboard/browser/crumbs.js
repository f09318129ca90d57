/** Breadcrumbs: a step that is clicked is a gesture, back up to what it stands for. */

export function crumbGesture(event, gestures) {
  const step = event.target.closest?.("[data-up]");
  if (step) gestures.add({ up: [step.dataset.up, step.dataset.value] });
}
