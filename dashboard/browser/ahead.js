/** Charts ahead of the page: asked for directly after a gesture, so that they need not wait until the page has been run. */

const PATIENCE = 500; // milliseconds, after which the page alone is waited for

/** The charts of `page` after these gestures, by their id; null where the server does not say, or not soon. */
export async function chartsAfter({ address, ...page }, gestures) {
  const asked = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...page, gestures }),
    signal: AbortSignal.timeout(PATIENCE),
  };
  try {
    const answer = await fetch(address, asked);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // the page brings them
  }
}
