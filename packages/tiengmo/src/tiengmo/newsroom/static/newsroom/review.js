// The approver's page: one click is one act, and a sound being made is waited for.
"use strict";

(() => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", () => {
      // After the submission has been taken, or the button's form would not be sent.
      setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
    });
  }
  // Coming back with the browser's Back button must not leave a dead button.
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

  const waiting = document.querySelector("[data-refresh]");
  if (waiting) {
    const seconds = Number(waiting.dataset.refresh);
    const later = () => setTimeout(() => {
      const writing = [...document.querySelectorAll("textarea")].some((area) => area.value.trim());
      const playing = [...document.querySelectorAll("audio")].some((audio) => !audio.paused);
      if (writing || playing) later();
      else window.location.reload();
    }, seconds * 1000);
    later();
  }
})();
