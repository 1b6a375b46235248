// A refreshed panel keeps open what its reader had opened.
(function () {
  "use strict";
  let states = new Map();
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.target.classList || !event.target.classList.contains("reach")) return;
    states = new Map();
    event.target.querySelectorAll("details[id]").forEach((one) => states.set(one.id, one.open));
  });
  document.addEventListener("htmx:afterSettle", () => {
    states.forEach((open, id) => {
      const one = document.getElementById(id);
      if (one) one.open = open;
    });
    states.clear();
  });
})();
