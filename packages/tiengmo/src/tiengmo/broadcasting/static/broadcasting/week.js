// Dragging and keys for the week and for an episode's parts. Everything works by forms without it.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("[data-submits-itself]")) {
    form.querySelector("select")?.addEventListener("change", () => form.submit());
  }

  // The week: an episode is dropped on a cell, or moved by Alt and an arrow.
  const grid = document.querySelector("[data-lp-grid]");
  const told = document.querySelector("[data-lp-told]");
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1]
    ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  const two = (number) => String(number).padStart(2, "0");
  // Local times as text: the browser's own time zone has nothing to do with the station's.
  const shifted = (start, minutes) => {
    const at = new Date(`${start}:00Z`);
    at.setUTCMinutes(at.getUTCMinutes() + minutes);
    return at.toISOString().slice(0, 16);
  };
  const say = (text, isBad) => {
    told.textContent = text;
    told.classList.toggle("is-bad", Boolean(isBad));
  };
  const move = async (slot, start) => {
    slot.setAttribute("aria-busy", "true");
    let answer;
    let body = {};
    try {
      answer = await fetch(slot.dataset.move, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ start }),
      });
      body = await answer.json();
    } catch {
      say(grid.dataset.offline, true);
    }
    slot.removeAttribute("aria-busy");
    if (!answer) return;
    if (!answer.ok) { say(body.error, true); return; }
    sessionStorage.setItem("lp-moved", JSON.stringify({ id: slot.id, told: body.told }));
    window.location.reload();
  };
  if (grid && told) {
    let dragged = null;
    for (const slot of grid.querySelectorAll("[data-lp-slot]")) {
      slot.addEventListener("dragstart", (event) => {
        dragged = slot;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", slot.id);
      });
      slot.addEventListener("dragend", () => { dragged = null; });
      slot.addEventListener("keydown", (event) => {
        const minutes = { ArrowLeft: -1440, ArrowRight: 1440, ArrowUp: -5, ArrowDown: 5 }[event.key];
        if (!event.altKey || !minutes) return;
        event.preventDefault();
        move(slot, shifted(slot.dataset.start, minutes));
      });
    }
    for (const cell of grid.querySelectorAll("[data-lp-cell]")) {
      cell.addEventListener("dragover", (event) => {
        if (!dragged) return;
        event.preventDefault();
        cell.classList.add("is-target");
      });
      cell.addEventListener("dragleave", () => cell.classList.remove("is-target"));
      cell.addEventListener("drop", (event) => {
        event.preventDefault();
        cell.classList.remove("is-target");
        if (!dragged) return;
        const start = `${cell.dataset.on}T${two(cell.dataset.hour)}:${dragged.dataset.start.slice(14)}`;
        if (start !== dragged.dataset.start) move(dragged, start);
      });
    }
    const moved = JSON.parse(sessionStorage.getItem("lp-moved") ?? "null");
    sessionStorage.removeItem("lp-moved");
    if (moved) {
      say(moved.told);
      document.getElementById(moved.id)?.focus();
    }
  }

  // An episode: its parts are dragged into order, or moved by Alt and an arrow.
  const parts = [...document.querySelectorAll("[data-lp-part]")];
  const send = (part, place) => {
    const form = part.querySelector("[data-lp-order]");
    const to = document.createElement("input");
    to.type = "hidden";
    to.name = "to";
    to.value = String(place);
    form.append(to);
    sessionStorage.setItem("lp-part", part.id);
    form.submit();
  };
  let lifted = null;
  parts.forEach((part, place) => {
    part.addEventListener("dragstart", (event) => {
      lifted = part;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", part.id);
    });
    part.addEventListener("dragend", () => { lifted = null; });
    part.addEventListener("dragover", (event) => {
      if (!lifted || lifted === part) return;
      event.preventDefault();
      part.classList.add("is-target");
    });
    part.addEventListener("dragleave", () => part.classList.remove("is-target"));
    part.addEventListener("drop", (event) => {
      event.preventDefault();
      part.classList.remove("is-target");
      if (lifted && lifted !== part) send(lifted, place);
    });
    part.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!event.altKey || !step || event.target !== part) return;
      event.preventDefault();
      const to = place + step;
      if (to >= 0 && to < parts.length) send(part, to);
    });
  });
  const last = sessionStorage.getItem("lp-part");
  if (last && parts.length) {
    sessionStorage.removeItem("lp-part");
    document.getElementById(last)?.focus();
  }
})();
