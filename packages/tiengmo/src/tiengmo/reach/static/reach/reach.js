// A refreshed panel keeps open what its reader had opened.
(function () {
  "use strict";
  const states = new Map();
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.target.matches || !event.target.matches(".reach, [data-keeps-open]")) return;
    event.target.querySelectorAll("details[id]").forEach((one) => states.set(one.id, one.open));
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    states.forEach((open, id) => {
      const one = document.getElementById(id);
      if (one) one.open = open;
    });
    states.clear();
    if (event.target.matches && event.target.matches(".reach")) {
      document.body.dispatchEvent(new CustomEvent("reach:changed"));
    }
  });
})();
