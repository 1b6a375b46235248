// One press is one signature: a second press while the first travels does nothing.
"use strict";

(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("once" in form.dataset)) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
})();
