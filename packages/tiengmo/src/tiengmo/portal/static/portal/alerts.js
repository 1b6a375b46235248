// A page that was opened, or kept by the browser, before an alert went out must show it too.
"use strict";

(() => {
  const place = document.getElementById("canh-bao");
  if (!place) return;
  const address = `/canh-bao/dang-phat/${place.dataset.code ? `?xa=${encodeURIComponent(place.dataset.code)}` : ""}`;
  let shown = null;
  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(address, { cache: "no-cache" });
      if (!answer.ok) return;
      const text = await answer.text();
      // What is the same stays: a sound that plays must not stop.
      if (text === shown) return;
      if (shown !== null || place.innerHTML.trim() !== text.trim()) place.innerHTML = text;
      shown = text;
    } catch { /* no network: the next look will tell */ }
  };
  look();
  setInterval(look, 20000);
  document.addEventListener("visibilitychange", look);
})();
