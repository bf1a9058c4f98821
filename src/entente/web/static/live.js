// Keeps an open page up to date. The node says that something of a kind changed; the parts of the page that show such things ask
// for themselves anew (place.js puts what they get in its place). Without the stream they ask every half minute. A page that
// nobody looks at asks for nothing and has no stream.
"use strict";
(() => {
  const here = document.getElementById("live"), page = document.getElementById("page");
  if (!here || !page) return;
  const POLL_MS = 30_000, HIDDEN_MS = 10_000, GAP_MS = 1_000, TRIES = 4;
  let stamp = here.dataset.stamp;
  let stream = null, about = "", polling = 0, hiding = 0, asking = 0, timing = 0, polls = 0, askedAt = -GAP_MS, isOver = false;
  const wanted = new Set();

  const parts = () => [...document.querySelectorAll("[data-live]")];
  const kindsOf = (part) => part.dataset.live.split(" ").filter((kind) => kind !== "");
  const say = (what, isSo) => { here.querySelector(`[data-lost="${what}"]`).hidden = !isSo; };
  const ask = (part) => {
    if (part === page) {
      // To look at this page is an act, which is nobody's but the officer's.
      if (page.querySelector("[data-still]")) { say("old", true); return; }
      askedAt = performance.now();
    }
    part.dispatchEvent(new CustomEvent("live"));
  };
  const askNow = (kinds) => parts().filter((part) => kindsOf(part).some((kind) => kinds.has(kind))).forEach(ask);

  // Many pages are told at one moment; each asks at its own.
  const askSoon = (kinds, withinMs) => {
    kinds.forEach((kind) => wanted.add(kind));
    if (asking) return;
    const gapMs = Math.max(0, askedAt + GAP_MS - performance.now());
    asking = setTimeout(() => {
      asking = 0;
      if (document.hidden || isOver) return;
      const now = new Set(wanted);
      wanted.clear();
      askNow(now);
    }, Math.max(gapMs, Math.random() * withinMs));
  };
  // What no act of anybody changes, a page asks for in a while: how far a job is, whether a line is up.
  const askInAWhile = () => {
    clearTimeout(timing);
    const all = [...page.querySelectorAll("[data-every]")].map((one) => Number(one.dataset.every));
    if (isOver || !all.length) return;
    timing = setTimeout(() => {
      if (document.hidden || isOver) return;
      ask(page);
      askInAWhile();
    }, Math.min(...all) * 1_000);
  };

  const poll = () => {
    if (polling || isOver) return;
    polls = 0;
    polling = setInterval(() => {
      if (document.hidden) return;
      polls += 1;
      askNow(new Set(parts().flatMap(kindsOf)));
      if (polls % TRIES === 0 && !stream) listen();
    }, POLL_MS);
  };
  const stopPolling = () => { clearInterval(polling); polling = 0; };

  const listen = () => {
    about = here.dataset.about;
    const kinds = [...new Set(parts().flatMap(kindsOf))].join(",");
    stream = new EventSource(`${here.dataset.stream}?${new URLSearchParams({ kinds, from: stamp, about })}`);
    stream.addEventListener("open", () => {
      stopPolling();
      say("line", false);
      say("session", false);
      here.dataset.state = "live";
    });
    stream.addEventListener("message", (event) => {
      const told = JSON.parse(event.data);
      if (event.lastEventId) stamp = event.lastEventId;
      askSoon(told.kinds, told.within_ms);
    });
    stream.addEventListener("end", (event) => { if (JSON.parse(event.data).why === "session") end(); });
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
  const end = () => {
    isOver = true;
    leave();
    stopPolling();
    clearTimeout(timing);
    say("session", true);
  };

  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) { hiding = setTimeout(() => { leave(); stopPolling(); }, HIDDEN_MS); return; }
    // Whoever signed in again did so in another window.
    isOver = false;
    if (!stream) listen();
    if (wanted.size) askSoon([], 0);
    if (page.querySelector("[data-every]") && !page.querySelector("[data-still]")) ask(page);
    askInAWhile();
  });
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => { if (event.persisted && !stream && !isOver && !document.hidden) listen(); });
  document.addEventListener("placed", () => {
    askInAWhile();
    if (stream && about !== here.dataset.about) { leave(); listen(); }
  });

  // What is not the part that was asked for is not put in its place: a page to sign in, an error.
  const ours = (event) => event.target instanceof Element && event.target.matches("[data-live]");
  document.addEventListener("htmx:before:swap", (event) => {
    const context = event.detail.ctx, answer = context.response;
    if (!ours(event) || !answer) return;
    const hasEnded = answer.raw.status === 401 || answer.raw.redirected, isPage = event.target === page;
    if (answer.raw.status === 200 && !hasEnded) {
      say("line", false);
      if (isPage) { event.preventDefault(); document.dispatchEvent(new CustomEvent("fresh", { detail: context.text })); }
      return;
    }
    event.preventDefault();
    if (hasEnded) end();
    // It is not there any more, or not for this officer: so little stands here now that it is said, and nothing taken away.
    else if (isPage && answer.raw.status >= 400 && answer.raw.status < 500 && answer.raw.status !== 429) say("old", true);
  });
  document.addEventListener("htmx:error", (event) => { if (ours(event)) { say("line", true); poll(); } });

  if (!document.hidden) listen();
  askInAWhile();
})();
