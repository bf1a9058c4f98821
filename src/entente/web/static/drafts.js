// Keeps what is being written with the node, some seconds behind the hand and once more before it is sent, and sends no form that
// nobody would answer: a line that goes, or a session that ended, loses nothing. Nothing of it is kept in the browser beyond the
// page itself.
"use strict";
(() => {
  const KEEP_MS = 2_000, AGAIN_MS = 5_000, WAIT_MS = 8_000, NOBODY = 0, SIGNED_OUT = 401;
  const say = (what, isSo) => {
    const told = document.querySelector(`#live [data-lost="${what}"]`);
    if (told) { told.hidden = !isSo; if (isSo) told.scrollIntoView({ block: "nearest" }); }
  };
  const forms = new Map();
  // A form of ours, which may have come as the page was brought up to date; null for another. `act` is empty without a text, and
  // where what is typed stays on the page until it is sent.
  const keptOf = (form) => {
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || !form.elements.once) return null;
    if (!forms.has(form)) {
      const act = form.dataset.draft === "no" ? "" : form.querySelector("textarea[data-act]")?.dataset.act ?? "";
      forms.set(form, { act, isNew: false, timer: 0, isGoing: false });
    }
    return forms.get(form);
  };

  // The status of the node's answer; 0 where there is none.
  const ask = async (address, more) => {
    let status = NOBODY;
    try {
      status = (await fetch(address, { redirect: "error", ...more })).status;
    } catch { /* The line is gone, or the node: the page has it. */ }
    say("line", status === NOBODY);
    if (status === SIGNED_OUT) say("session", true);
    return status;
  };
  const keep = async (form, more = {}) => {
    const kept = keptOf(form);
    if (!kept.act) return ask("/desk/arriving?key=", more);
    kept.isNew = false;
    const body = new URLSearchParams(new FormData(form));
    const status = await ask(`/desk/begun?act=${encodeURIComponent(kept.act)}`, { method: "POST", body, ...more });
    if (status === NOBODY) kept.isNew = true;
    return status;
  };
  const keepSoon = (form, inMs) => {
    const kept = keptOf(form);
    if (kept.timer) return;
    kept.timer = setTimeout(async () => {
      kept.timer = 0;
      if (kept.isNew && await keep(form) === NOBODY) keepSoon(form, AGAIN_MS);
    }, inMs);
  };

  document.addEventListener("input", (event) => {
    const kept = keptOf(event.target.form);
    if (kept?.act) { kept.isNew = true; keepSoon(event.target.form, KEEP_MS); }
  });
  // Before anything else hears of it: a form that waits for the node is not on its way yet. What was begun in another form of the
  // page is kept first, as the page that comes next may be this one again, in another language.
  document.addEventListener("submit", async (event) => {
    const form = event.target, kept = keptOf(form);
    const others = [...forms.keys()].filter((one) => one !== form && one.isConnected && forms.get(one).isNew);
    if (kept ? kept.isGoing : !others.length) return;
    event.preventDefault();
    event.stopPropagation();
    if (form.dataset.keeping === "yes") return;
    form.dataset.keeping = "yes";
    const signal = AbortSignal.timeout(WAIT_MS);
    const told = await Promise.all([...(kept ? [form] : []), ...others].map((one) => keep(one, { signal })));
    delete form.dataset.keeping;
    if (told.some((status) => status === NOBODY || status === SIGNED_OUT)) return;
    if (kept) kept.isGoing = true;
    form.requestSubmit(event.submitter);
  }, true);
  addEventListener("pageshow", () => forms.forEach((kept) => { kept.isGoing = false; }));
  addEventListener("pagehide", () => forms.forEach((kept, form) => {
    if (kept.isNew && !kept.isGoing) keep(form, { keepalive: true });
  }));
})();
