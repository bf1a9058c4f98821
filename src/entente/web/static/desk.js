// Keys for whoever works without a mouse, and one click for one act. Everything here also works without this file.
"use strict";
(() => {
  const KEY_OFF = "entente_keys_off";
  const keys = document.getElementById("keys");
  let went = false;

  const isWriting = (where) => where.closest("input, textarea, select, [contenteditable]") !== null;
  const isOff = () => {
    try { return localStorage.getItem(KEY_OFF) === "yes"; } catch { return false; }
  };

  const showKeys = () => keys.open ? keys.close() : keys.showModal();
  document.querySelectorAll("[data-keys-open]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", showKeys);
  });
  const off = document.querySelector("[data-keys-off]");
  if (off) {
    off.checked = isOff();
    off.addEventListener("change", () => {
      try { localStorage.setItem(KEY_OFF, off.checked ? "yes" : "no"); } catch { /* A browser that keeps nothing. */ }
    });
  }

  const move = (step) => {
    const rows = [...document.querySelectorAll("main [data-row]")];
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
    rows[next].focus();
    rows[next].scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (isOff() || isWriting(event.target)) { went = false; return; }
    if (keys.open && event.key !== "?") return;
    if (went) {
      went = false;
      const way = [...document.querySelectorAll("[data-go]")].find((one) => one.dataset.go === event.key);
      if (way) { event.preventDefault(); way.click(); }
      return;
    }
    switch (event.key) {
      case "?": event.preventDefault(); showKeys(); break;
      case "g": went = true; setTimeout(() => { went = false; }, 1500); break;
      case "j": event.preventDefault(); move(1); break;
      case "k": event.preventDefault(); move(-1); break;
      case "/": {
        const first = document.querySelector("main [data-first], main input:not([type=hidden]), main textarea, main select");
        if (first) { event.preventDefault(); first.focus(); }
        break;
      }
    }
  });

  // The node does a form once however often it is sent; the button says so at once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.closest(".choices")) return;
    if (form.dataset.sent === "yes") { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
  });
  // Whoever comes back to a page by «back» may send its form again.
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-disabled"));
  }));

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
  const summary = document.getElementById("summary");
  if (summary) summary.focus();
})();
