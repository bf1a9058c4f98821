// Keeps what is being written with the node, some seconds behind the hand and once more before it is sent, so that a line that
// goes loses nothing. Nothing of it is kept in the browser beyond the page itself.
"use strict";
(() => {
  const KEEP_MS = 2_000, AGAIN_MS = 5_000, WAIT_MS = 8_000;
  const say = (what, isSo) => {
    const told = document.querySelector(`#live [data-lost="${what}"]`);
    if (told) { told.hidden = !isSo; if (isSo) told.scrollIntoView({ block: "nearest" }); }
  };
  const forms = new Map();
  document.querySelectorAll("textarea[data-act]").forEach((text) => {
    if (text.form) forms.set(text.form, { act: text.dataset.act, isNew: false, timer: 0, isGoing: false });
  });

  // The status of the node's answer; 0 where there is none.
  const keep = async (form, more = {}) => {
    const kept = forms.get(form);
    kept.isNew = false;
    let status = 0;
    try {
      const answer = await fetch(`/desk/begun?act=${encodeURIComponent(kept.act)}`, {
        method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "error", ...more,
      });
      status = answer.status;
    } catch { /* The line is gone, or the node: the page has it. */ }
    if (status === 0) kept.isNew = true;
    say("line", status === 0);
    if (status === 401) say("session", true);
    return status;
  };
  const keepSoon = (form, inMs) => {
    const kept = forms.get(form);
    if (kept.timer) return;
    kept.timer = setTimeout(async () => {
      kept.timer = 0;
      if (kept.isNew && await keep(form) === 0) keepSoon(form, AGAIN_MS);
    }, inMs);
  };

  forms.forEach((kept, form) => {
    form.addEventListener("input", () => { kept.isNew = true; keepSoon(form, KEEP_MS); });
    form.addEventListener("submit", async (event) => {
      if (kept.isGoing) return;
      event.preventDefault();
      event.stopPropagation();
      if (form.dataset.keeping === "yes") return;
      form.dataset.keeping = "yes";
      const status = await keep(form, { signal: AbortSignal.timeout(WAIT_MS) });
      delete form.dataset.keeping;
      if (status === 0 || status === 401) return;
      kept.isGoing = true;
      form.requestSubmit(event.submitter);
    });
  });
  addEventListener("pageshow", () => forms.forEach((kept) => { kept.isGoing = false; }));
  addEventListener("pagehide", () => forms.forEach((kept, form) => {
    if (kept.isNew && !kept.isGoing) keep(form, { keepalive: true });
  }));
})();
