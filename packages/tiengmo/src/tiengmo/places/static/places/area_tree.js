// The tree of areas: a commune ticks its villages, and the households add up while you pick.
// Without this file the checkboxes work by themselves and the server adds up.
(function () {
  "use strict";
  const format = new Intl.NumberFormat(document.documentElement.lang);
  const fold = (text) =>
    text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

  function start(tree) {
    if (tree.dataset.areaStarted) return;
    tree.dataset.areaStarted = "1";
    const boxOf = (node) => node.querySelector(":scope > label input");
    const childrenOf = (node) =>
      Array.from(node.querySelectorAll(":scope > details > ul > [data-area-node]"));
    const roots = Array.from(tree.querySelectorAll(":scope > ul > [data-area-node]"));

    function tickBelow(node, ticked) {
      childrenOf(node).forEach((child) => {
        const box = boxOf(child);
        box.checked = ticked;
        box.indeterminate = false;
        tickBelow(child, ticked);
      });
    }

    // From the leaves up: ticked when everything below is, half when something is.
    function settle(node) {
      const children = childrenOf(node);
      const box = boxOf(node);
      if (!children.length) return box.checked ? 2 : 0;
      const states = children.map(settle);
      const all = states.every((state) => state === 2);
      const none = states.every((state) => state === 0);
      box.checked = all;
      box.indeterminate = !all && !none;
      return all ? 2 : none ? 0 : 1;
    }

    function addUp() {
      let households = 0;
      let villages = 0;
      tree.querySelectorAll("input[data-households]").forEach((box) => {
        if (!box.checked) return;
        villages += 1;
        households += Number(box.dataset.households);
      });
      tree.querySelector("[data-area-villages]").textContent = format.format(villages);
      tree.querySelector("[data-area-households]").textContent = format.format(households);
      tree.dispatchEvent(
        new CustomEvent("areas:changed", { bubbles: true, detail: { households, villages } })
      );
    }

    function spread(node) {
      if (boxOf(node).checked) tickBelow(node, true);
      else childrenOf(node).forEach(spread);
    }

    roots.forEach(spread);
    roots.forEach(settle);
    addUp();

    tree.addEventListener("change", (event) => {
      const node = event.target.closest("[data-area-node]");
      if (!node || event.target.type !== "checkbox") return;
      tickBelow(node, event.target.checked);
      roots.forEach(settle);
      addUp();
    });

    const filter = tree.querySelector("[data-area-filter]");
    filter.hidden = false;
    const names = new Map();
    const opened = new Set();
    tree.querySelectorAll("[data-area-node]").forEach((node) => {
      names.set(node, fold(node.querySelector(":scope > label .area-tree__name").textContent));
    });
    function show(node, words, shownAbove) {
      const own = shownAbove || words.every((word) => names.get(node).includes(word));
      const below = childrenOf(node).map((child) => show(child, words, own));
      const found = below.some(Boolean);
      node.hidden = !own && !found;
      const details = node.querySelector(":scope > details");
      if (details && words.length && found && !own && !details.open) {
        details.open = true;
        opened.add(details);
      } else if (!words.length && opened.delete(details)) {
        details.open = false; // what the search opened, the end of the search closes
      }
      return own || found;
    }
    const input = filter.querySelector("input");
    input.addEventListener("input", () => {
      const words = fold(input.value).split(/\s+/).filter(Boolean);
      roots.forEach((node) => show(node, words, words.length === 0));
    });
    // Enter in the search box must not send the form that the tree stands in.
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }

  const startAll = () => document.querySelectorAll("[data-area-tree]").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
  document.addEventListener("htmx:load", startAll);
})();
