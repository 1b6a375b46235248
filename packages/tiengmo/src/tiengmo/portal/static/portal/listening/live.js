// Keeps the line "on air now" true while the page stays open, and a live player live.
"use strict";

(() => {
  const place = document.querySelector("[data-ng-air]");
  if (place) {
    let shown = place.innerHTML.trim();
    const look = async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(place.dataset.ngAir);
        if (!answer.ok) return;
        const text = (await answer.text()).trim();
        // What is the same stays: a screen reader must not read it out again.
        if (text !== shown) place.innerHTML = text;
        shown = text;
      } catch { /* no network: the next look will tell */ }
    };
    setInterval(look, 20000);
    document.addEventListener("visibilitychange", look);
  }
  for (const player of document.querySelectorAll("[data-ng-live]")) {
    const failed = player.parentNode.querySelector("[data-ng-failed]");
    // Going on after a pause means what is said then, not what was said at the pause.
    player.addEventListener("pause", () => player.load());
    player.addEventListener("error", () => { failed.textContent = failed.dataset.text; });
    player.addEventListener("playing", () => { failed.textContent = ""; });
  }
})();
