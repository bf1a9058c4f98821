// Passkeys: the browser alone can ask an authenticator. Without this file the forms it belongs to stay hidden.
"use strict";
(() => {
  const can = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON && PublicKeyCredential.parseCreationOptionsFromJSON;
  if (!can) return;

  const ask = async (form) => {
    const csrf = form.querySelector("[name=csrf]");
    const body = new URLSearchParams(csrf ? { csrf: csrf.value } : {});
    const answer = await fetch(form.dataset.begin, { method: "POST", body, credentials: "same-origin" });
    const told = await answer.json();
    if (told.again) { location.assign(told.again); return null; }
    if (!answer.ok) throw new Error("no challenge");
    const options = JSON.parse(told.options);
    const credential = form.dataset.passkey === "new"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    return { step: told.step, answer: JSON.stringify(credential.toJSON()) };
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    form.hidden = false;
    let has = false;
    form.addEventListener("submit", async (event) => {
      if (has) return;
      event.preventDefault();
      event.stopPropagation();
      const failed = form.querySelector("[data-passkey-failed]");
      failed.hidden = true;
      try {
        const found = await ask(form);
        if (!found) return;
        form.elements.step.value = found.step;
        form.elements.answer.value = found.answer;
        has = true;
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  });
})();
