/** Plotly's own bundle, which the page has begun to fetch before anything else. */

let asked;

export function plotly(address) {
  asked ??= window.Plotly ? Promise.resolve(window.Plotly) : loaded(address);
  return asked;
}

function loaded(address) {
  return new Promise((resolve, reject) => {
    const script = document.querySelector(`script[src="${address}"]`) ?? document.createElement("script");
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => reject(new Error(`${address} did not load`)));
    if (script.isConnected) return;
    script.src = address;
    document.head.append(script);
  });
}
