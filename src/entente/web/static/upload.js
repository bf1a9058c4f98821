// Says how much of a file has arrived while the browser sends it. Without this file the browser's own sign is all there is.
"use strict";
(() => {
  const ASK_MS = 1_000;
  let asking = 0;

  const ask = async (shown, key) => {
    if (document.hidden) return;
    try {
      const address = `${shown.dataset.arriving}?key=${encodeURIComponent(key)}`;
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, redirect: "error" });
      if (answer.status !== 200) return;
      const { percent, said } = await answer.json();
      shown.querySelector("progress").value = percent;
      shown.querySelector("output").value = said;
      shown.hidden = false;
    } catch { /* The line is gone, or the page is on its way: the form says what came of it. */ }
  };
  document.addEventListener("submit", (event) => {
    const shown = event.target.querySelector("[data-arriving]"), once = event.target.elements.once;
    if (!shown || !once || event.defaultPrevented || asking) return;
    asking = setInterval(() => ask(shown, once.value), ASK_MS);
  });
  addEventListener("pageshow", () => {
    clearInterval(asking);
    asking = 0;
    document.querySelectorAll("[data-arriving]").forEach((shown) => { shown.hidden = true; });
  });
})();
