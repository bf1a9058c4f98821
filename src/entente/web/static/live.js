// Keeps an open page up to date. The node says that something of a kind changed; the parts of the page that show such things ask
// for themselves anew. Without the stream they ask every half minute. A page that nobody looks at has no stream.
"use strict";
(() => {
  const here = document.getElementById("live");
  if (!here) return;
  const POLL_MS = 30_000, HIDDEN_MS = 10_000, TRIES = 4;
  let stamp = here.dataset.stamp;
  let stream = null, polling = 0, hiding = 0, asking = 0, polls = 0;
  const wanted = new Set();

  const parts = () => [...document.querySelectorAll("[data-live]")];
  const kindsOf = (part) => part.dataset.live.split(" ");
  const askNow = (kinds) => parts()
    .filter((part) => kinds === null || kindsOf(part).some((kind) => kinds.has(kind)))
    .forEach((part) => part.dispatchEvent(new CustomEvent("live")));
  const say = (what, isSo) => { here.querySelector(`[data-lost="${what}"]`).hidden = !isSo; };

  // Many pages are told at one moment; each asks at its own.
  const askSoon = (kinds, withinMs) => {
    kinds.forEach((kind) => wanted.add(kind));
    if (asking) return;
    asking = setTimeout(() => {
      asking = 0;
      const now = new Set(wanted);
      wanted.clear();
      askNow(now);
    }, Math.random() * withinMs);
  };

  const poll = () => {
    if (polling) return;
    polls = 0;
    polling = setInterval(() => {
      if (document.hidden) return;
      polls += 1;
      askNow(null);
      if (polls % TRIES === 0 && !stream) listen();
    }, POLL_MS);
  };
  const stopPolling = () => { clearInterval(polling); polling = 0; };

  const listen = () => {
    const asked = new URLSearchParams({
      kinds: [...new Set(parts().flatMap(kindsOf))].join(","), from: stamp, about: here.dataset.about,
    });
    stream = new EventSource(`${here.dataset.stream}?${asked}`);
    stream.addEventListener("open", () => { stopPolling(); say("line", false); here.dataset.state = "live"; });
    stream.addEventListener("message", (event) => {
      const told = JSON.parse(event.data);
      if (event.lastEventId) stamp = event.lastEventId;
      askSoon(told.kinds, told.within_ms);
    });
    stream.addEventListener("end", (event) => {
      if (JSON.parse(event.data).why !== "session") return;
      leave();
      stopPolling();
      say("session", true);
    });
    stream.addEventListener("error", () => {
      here.dataset.state = "polling";
      if (stream && stream.readyState === EventSource.CLOSED) stream = null;
      poll();
    });
  };
  const leave = () => {
    if (stream) stream.close();
    stream = null;
    here.dataset.state = "left";
  };

  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(() => { leave(); stopPolling(); }, HIDDEN_MS);
    else if (!stream) listen();
  });
  addEventListener("pagehide", leave);

  // What is not the part that was asked for is not put in its place: a page to sign in, an error.
  const ours = (event) => event.target instanceof Element && event.target.matches("[data-live]");
  document.addEventListener("htmx:before:swap", (event) => {
    const answer = event.detail.ctx.response;
    if (!ours(event) || !answer) return;
    const isOver = answer.raw.status === 401 || answer.raw.redirected;
    if (answer.raw.status === 200 && !isOver) { say("line", false); return; }
    event.preventDefault();
    if (isOver) { leave(); stopPolling(); say("session", true); }
  });
  document.addEventListener("htmx:error", (event) => { if (ours(event)) { say("line", true); poll(); } });

  if (!document.hidden) listen();
})();
