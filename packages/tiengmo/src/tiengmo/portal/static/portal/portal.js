// What a browser can do more: share, print, read offline. Every page works without it.
"use strict";

(() => {
  const tools = document.querySelector(".tools");
  if (tools) {
    const { title, address } = tools.dataset;
    const offer = (name, act) => {
      const button = tools.querySelector(`[data-act=${name}]`);
      if (!button) return;
      button.parentElement.hidden = false;
      button.addEventListener("click", act);
    };
    if (navigator.share) {
      offer("share", () => { navigator.share({ title, url: address }).catch(() => { /* closed again */ }); });
    }
    offer("print", () => window.print());
  }

  // One thing open at a time, and Escape closes it.
  const menu = document.querySelector(".menu");
  if (menu) {
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    document.addEventListener("click", (event) => {
      if (menu.open && !menu.contains(event.target)) menu.open = false;
    });
  }

  // Pages are the same for everybody and live in caches; how many came is asked apart.
  const figures = document.getElementById("luot-xem");
  if (figures) {
    const ask = async () => {
      try {
        const answer = await fetch(figures.dataset.from);
        if (answer.ok) figures.innerHTML = await answer.text();
      } catch { /* no network: the line stays empty */ }
    };
    if ("requestIdleCallback" in window) requestIdleCallback(ask); else setTimeout(ask, 1500);
  }

  if ("serviceWorker" in navigator && window.isSecureContext) {
    window.addEventListener("load", () => {
      navigator.serviceWorker.register("/ngoai-mang.js", { scope: "/" }).catch(() => { /* refused by the browser */ });
    });
  }
})();
