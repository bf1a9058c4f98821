// Keys for whoever works without a mouse, and one click for one act. Everything here also works without this file.
"use strict";
(() => {
  const KEY_OFF = "entente_keys_off";
  const keys = document.getElementById("keys");
  let went = false;

  // Nobody writes into a box that is ticked.
  const WRITTEN_IN = "input:not([type=checkbox], [type=radio], [type=file]), textarea, select, [contenteditable]";
  const isWriting = (where) => where.closest(WRITTEN_IN) !== null;
  const isOff = () => {
    try { return localStorage.getItem(KEY_OFF) === "yes"; } catch { return false; }
  };

  // On a keyboard of another script, or behind an input method, a key is known by where it lies: «g» is «ل», «п» or nothing there.
  const keyOf = (event) => {
    const key = event.key === "؟" ? "?" : event.key;
    const isKnown = key.length === 1 ? key > " " && key <= "~" : key !== "Process" && key !== "Unidentified" && key !== "Dead";
    if (isKnown) return /^[A-Z]$/.test(key) && !event.shiftKey ? key.toLowerCase() : key;
    const letter = /^Key([A-Z])$/.exec(event.code);
    if (letter) return letter[1].toLowerCase();
    return event.code === "Slash" ? (event.shiftKey ? "?" : "/") : key;
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
    const key = keyOf(event);
    if (key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    // One line is asked with Enter. Within a zone it ends a line, as scanners send it; an input method confirms a word by it.
    if (key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches("form[data-draft=no] textarea[data-first]")
      && !event.target.value.includes("<")) {
      event.preventDefault();
      event.target.form.requestSubmit(event.target.form.querySelector("button.first"));
      return;
    }
    if (isOff() || isWriting(event.target)) { went = false; return; }
    if (keys.open && key !== "?") return;
    if (went) {
      went = false;
      const way = [...document.querySelectorAll("[data-go]")].find((one) => one.dataset.go === key);
      if (way) { event.preventDefault(); way.click(); }
      return;
    }
    switch (key) {
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
  // That no file is chosen is said in the browser's language, and not told.
  const tellFiles = () => document.querySelectorAll(".picker input").forEach((one) => {
    one.toggleAttribute("data-empty", one.files.length === 0);
  });
  document.addEventListener("change", tellFiles);
  addEventListener("pageshow", tellFiles);
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
  // On a narrow screen the navigation is drawn along: where its reader is may lie outside it.
  document.querySelector(".bar nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  // What the browser itself finds wrong, a day that is half entered above all, is said at its field and in the page's language.
  const CONTROL = "input:not([type=hidden]), select, textarea";
  document.addEventListener("invalid", (event) => {
    const wrong = event.target, said = document.getElementById("content").dataset;
    event.preventDefault();
    if (!wrong.id || document.getElementById(`${wrong.id}-told`)) return;
    const fault = document.createElement("p");
    fault.className = "fault";
    fault.id = `${wrong.id}-told`;
    fault.textContent = wrong.validity.badInput ? said.half : said.missing;
    (wrong.closest(".picker") ?? wrong).before(fault);
    const about = wrong.getAttribute("aria-describedby"), was = wrong.getAttribute("aria-invalid");
    wrong.setAttribute("aria-describedby", `${fault.id} ${about ?? ""}`.trim());
    wrong.setAttribute("aria-invalid", "true");
    if (wrong === wrong.form?.querySelector(":is(input, select, textarea):invalid")) {
      wrong.closest("details")?.setAttribute("open", "");
      wrong.focus();
    }
    wrong.addEventListener("input", () => {
      fault.remove();
      if (about) wrong.setAttribute("aria-describedby", about); else wrong.removeAttribute("aria-describedby");
      if (was) wrong.setAttribute("aria-invalid", was); else wrong.removeAttribute("aria-invalid");
    }, { once: true });
  }, true);
  // Whoever works by keys or hears the page goes on from what came of their act: at the first field that is wrong.
  const summary = document.getElementById("summary"), done = document.getElementById("done");
  const wrongAt = (link) => {
    const named = link ? document.getElementById(decodeURIComponent(link.hash.slice(1))) : null;
    return named?.matches(CONTROL) ? named : named?.querySelector(CONTROL) ?? null;
  };
  const first = wrongAt(summary?.querySelector("li:first-child > a[href^='#']"));
  if (first) {
    for (let around = first.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    first.focus();
  } else if (summary) summary.focus();
  else if (done && !location.hash) done.focus({ preventScroll: true });
})();
