/** Charts ahead of the page: asked for directly after a gesture, so that they need not wait until the page has been run. */

const PATIENCE = 500; // milliseconds, after which the page alone is waited for

/** The charts of `page` after these gestures, some at a time, by their id; what does not come, or not soon, the page brings. */
export async function* chartsAfter({ address, ...page }, gestures) {
  const asked = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...page, gestures }),
    signal: AbortSignal.timeout(PATIENCE),
  };
  try {
    const answer = await fetch(address, asked);
    if (answer.ok) for await (const line of linesOf(answer.body)) yield JSON.parse(line);
  } catch {
    return;
  }
}

async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const lines = (text + piece.value).split("\n");
    text = lines.pop();
    yield* lines;
  }
}
