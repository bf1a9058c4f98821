// Puts a page that was asked for anew in the place of the one that is shown. What somebody writes in, has the focus on or has
// opened stays as it is, and what they look at stays where it is on the screen.
"use strict";
(() => {
  const page = document.getElementById("page");
  if (!page) return;
  const SAID_MS = 30_000, HAND_MS = 2_000;
  const SENT_ALONG = new Set(["csrf", "once", "stamp", "of_page", "version"]);
  const ROWS = "li, tr, .card, section, article";
  const said = document.querySelector("#live [data-said]");
  // What was given back with what is wrong stands in no page that is asked for anew.
  const isGivenBack = document.getElementById("summary") !== null;
  const begun = new WeakSet();
  let waits = null, isPressed = false, movedAt = -HAND_MS, saidAt = -SAID_MS, saying = 0, hasChanged = false;

  const differs = (control) => {
    if (control.type === "file") return control.files.length > 0;
    if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
    if (control.options) {
      const first = [...control.options].findIndex((option) => option.defaultSelected);
      return control.selectedIndex !== Math.max(first, 0);
    }
    return control.type !== "hidden" && control.defaultValue !== undefined && control.value !== control.defaultValue;
  };
  const isBegun = (form) => isGivenBack || begun.has(form) || form.dataset.sent !== undefined
    || form.dataset.keeping !== undefined || [...form.elements].some(differs);
  const hasFocus = (node) => node.contains(document.activeElement) && document.activeElement !== document.body;
  const isHeld = (node) => node.nodeType === Node.ELEMENT_NODE
    && (hasFocus(node) || [...(node.matches("form") ? [node] : node.querySelectorAll("form"))].some(isBegun));

  // By what an element is known again. What has nothing of the kind is known by its place among its like.
  const keyOf = (node) => {
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    if (node.id) return `#${node.id}`;
    if (node.dataset.key) return `=${node.dataset.key}`;
    if (node.matches("form")) {
      const about = [...node.elements].filter((one) => one.type === "hidden" && !SENT_ALONG.has(one.name));
      return `f${node.getAttribute("action")} ${about.map((one) => one.value).join(" ")}`;
    }
    if (node.matches("details")) return `d${node.querySelector("summary")?.textContent.trim()}`;
    if (node.matches("section[aria-labelledby]")) return `s${node.getAttribute("aria-labelledby")}`;
    if (!node.matches("li, tr")) return "";
    const row = node.matches(".events > li") ? null : node.querySelector("a[data-row]");
    return row ? `r${row.getAttribute("href")}` : `t${node.textContent.trim()}`;
  };
  const named = (nodes) => {
    const times = new Map();
    return nodes.map((node) => {
      const key = keyOf(node) || `<${node.nodeName}`, place = times.get(key) ?? 0;
      times.set(key, place + 1);
      return [`${key} ${place}`, node];
    });
  };

  const change = (node) => { hasChanged ||= node.textContent.trim() !== "" && !node.parentElement?.closest(".top"); };

  const attributes = (old, fresh) => {
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    for (const { name } of [...old.attributes]) {
      const isOurs = name === "data-htmx-powered" || (name === "open" && old.matches("details"));
      if (!fresh.hasAttribute(name) && !isOurs) old.removeAttribute(name);
    }
  };

  // What is gone and still in somebody's hand stays until it no longer is, and says so.
  const end = (node) => {
    if (!isHeld(node)) { change(node); node.remove(); return; }
    if (node.dataset.gone !== undefined) return;
    change(node);
    node.dataset.gone = "";
    const mark = document.createElement("span");
    mark.className = "tag is-off";
    mark.textContent = page.dataset.gone;
    (node.matches("tr") ? node.querySelector("td, th") ?? node : node).prepend(mark);
  };

  const put = (old, fresh) => {
    const there = new Map(named([...old.childNodes]));
    let at = old.firstChild;
    for (const [key, want] of named([...fresh.childNodes])) {
      const mine = there.get(key);
      there.delete(key);
      if (!mine) {
        const made = document.importNode(want, true);
        old.insertBefore(made, at);
        change(made);
        if (made.nodeType === Node.ELEMENT_NODE && made.matches(ROWS)) made.classList.add("is-fresh");
        continue;
      }
      if (mine === at) at = at.nextSibling;
      else if (isHeld(mine)) {
        // To move it would take the focus from it: what stands between goes behind it.
        const between = [];
        for (let one = at; one && one !== mine; one = one.nextSibling) between.push(one);
        mine.after(...between);
        at = mine.nextSibling;
      } else old.insertBefore(mine, at);
      settle(mine, want);
    }
    there.forEach(end);
  };
  const settle = (old, fresh) => {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) { old.data = fresh.data; change(old); }
      return;
    }
    // What is to be looked at is told to nobody who does not: it stays as its officer was shown it.
    if (fresh.matches("[data-stays]")) return;
    if (old.matches("[data-print]") || (old.matches("form") && (isBegun(old) || hasFocus(old)))) return;
    if (old.isEqualNode(fresh)) return;
    attributes(old, fresh);
    put(old, fresh);
  };

  // What stays where it is: what has the focus, else what the hand is on, else what is read.
  const anchored = () => {
    const has = document.activeElement;
    if (has && page.contains(has) && isSeen(has)) return has;
    const isMoving = performance.now() - movedAt < HAND_MS, under = [...page.querySelectorAll(":hover")].pop();
    if (isMoving && under) return under.closest(ROWS) ?? under;
    return scrollY > 0 ? [...page.querySelectorAll("li, tr, h2, p, dt")].find(isSeen) ?? null : null;
  };
  const isSeen = (node) => {
    const { top, bottom, height } = node.getBoundingClientRect();
    return height > 0 && bottom > 0 && top < innerHeight;
  };

  const tell = () => {
    if (!said || saying) return;
    saying = setTimeout(() => {
      saying = 0;
      saidAt = performance.now();
      said.textContent = "";
      said.textContent = said.dataset.said;
    }, Math.max(0, saidAt + SAID_MS - performance.now()));
  };

  // Returns what puts things back to where they stand now.
  const keptPlace = () => {
    const anchor = anchored(), before = anchor?.getBoundingClientRect().top;
    return () => {
      if (anchor?.isConnected) scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
    };
  };

  const place = (fresh) => {
    const putBack = keptPlace();
    page.querySelectorAll(".is-fresh").forEach((one) => one.classList.remove("is-fresh"));
    hasChanged = false;
    document.title = fresh.title;
    for (const id of ["top", "page"]) put(document.getElementById(id), fresh.getElementById(id));
    putBack();
    if (hasChanged) tell();
    document.dispatchEvent(new CustomEvent("placed"));
  };
  const thingOf = (live) => live.dataset.about.replace(/^[^.]*\./, "");
  const placeWaiting = () => {
    if (isPressed || !waits) return;
    const fresh = waits;
    waits = null;
    place(fresh);
  };

  document.addEventListener("input", (event) => { if (event.target.form) begun.add(event.target.form); });
  document.addEventListener("reset", (event) => begun.delete(event.target));
  document.addEventListener("pointermove", () => { movedAt = performance.now(); }, { passive: true });
  // Between the pressing of a button and its click nothing moves.
  document.addEventListener("pointerdown", () => { isPressed = true; }, true);
  for (const name of ["pointerup", "pointercancel"]) {
    document.addEventListener(name, () => { isPressed = false; setTimeout(placeWaiting); }, true);
  }
  // What is said above the page moves nothing in it either.
  let putBack = null;
  const isNews = (event) => event.target.id === "news";
  document.addEventListener("htmx:before:swap", (event) => { if (isNews(event)) putBack = keptPlace(); });
  document.addEventListener("htmx:after:swap", (event) => { if (isNews(event)) putBack?.(); });
  document.addEventListener("fresh", (event) => {
    const fresh = new DOMParser().parseFromString(event.detail, "text/html"), here = document.getElementById("live");
    const there = fresh.getElementById("live");
    if (!there || there.dataset.page !== here.dataset.page || thingOf(there) !== thingOf(here)) return;
    if (there.dataset.about !== here.dataset.about) {
      // Somebody signed in anew meanwhile: what the page is about is sealed for another session now.
      here.dataset.about = there.dataset.about;
      const news = fresh.getElementById("news").getAttribute("data-hx-get");
      document.getElementById("news").setAttribute("data-hx-get", news);
    }
    waits = fresh;
    placeWaiting();
  });
})();
