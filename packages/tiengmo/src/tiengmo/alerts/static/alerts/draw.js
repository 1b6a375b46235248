// The area of an alert, drawn with a finger: corners are set by touching and moved by dragging, and
// the villages inside are ticked in the list below. Without this file the list works by itself.
"use strict";

(() => {
  const RED = "#a3160d", GREY = "#5f6368";

  function start(box) {
    const input = box.parentElement.querySelector("input[name=polygon]");
    const told = box.querySelector(".tm-draw__told");
    const corners = [];
    const markers = new Map();
    let map = null, shape = null, waiting = 0, asked = 0, dragged = 0;
    let picked = new Set();
    box.hidden = false;

    const handle = () => L.divIcon({ className: "tm-draw__corner", html: "", iconSize: [28, 28] });

    function open() {
      if (map || !box.open || !window.L) return;
      map = L.map(box.querySelector(".tm-draw__map"), { preferCanvas: true, zoomSnap: 0.25, attributionControl: false, doubleClickZoom: false });
      map.setView([22.5, 103.9], 9);
      // A quick drag ends beside its corner, and the browser calls that a touch of the map.
      map.on("click", (event) => { if (Date.now() - dragged > 300) add(event.latlng); });
      shape = L.polygon([], { color: RED, weight: 2, fillOpacity: 0.15, interactive: false }).addTo(map);
      fetch(box.dataset.outlines, { credentials: "same-origin" }).then((answer) => answer.json()).then((found) => {
        L.geoJSON(found, { interactive: false, style: (one) => ({ color: "#4b6350", weight: one.properties.kind === "unit" ? 1.5 : 0.6, fillColor: "#dfe9dc", fillOpacity: one.properties.kind === "unit" ? 0.4 : 0 }) }).addTo(map).bringToBack();
      }).catch(() => {});
      fetch(box.dataset.villages, { credentials: "same-origin" }).then((answer) => answer.json()).then(({ villages }) => {
        for (const one of villages) {
          const marker = L.circleMarker([one.lat, one.lon], { radius: 4, color: "#fff", weight: 1, fillColor: GREY, fillOpacity: 0.9, bubblingMouseEvents: true }).addTo(map);
          const name = document.createElement("span");
          name.textContent = one.name;
          marker.bindTooltip(name);
          markers.set(one.code, marker);
        }
        if (corners.length) map.fitBounds(shape.getBounds().pad(0.3), { animate: false });
        else if (villages.length) map.fitBounds(L.latLngBounds(villages.map((one) => [one.lat, one.lon])).pad(0.15), { maxZoom: 14, animate: false });
        colour();
      }).catch(() => {});
      let before = null;
      try { before = JSON.parse(input.value); } catch { /* nothing was drawn */ }
      if (before) for (const [lon, lat] of before.coordinates[0].slice(0, -1)) place(L.latLng(lat, lon));
      changed(!before);
    }

    function place(at) {
      const marker = L.marker(at, { draggable: true, icon: handle(), keyboard: false, alt: `${box.dataset.corner} ${corners.length + 1}` }).addTo(map);
      marker.on("drag", redraw);
      marker.on("dragend", () => { dragged = Date.now(); changed(true); });
      corners.push(marker);
    }
    function add(at) { place(at); changed(true); }
    function redraw() { shape.setLatLngs(corners.map((one) => one.getLatLng())); }
    function colour() {
      for (const [code, marker] of markers) marker.setStyle({ fillColor: picked.has(code) ? RED : GREY, radius: 4 }).setRadius(picked.has(code) ? 6 : 4);
    }

    function changed(ask) {
      redraw();
      const points = corners.map((one) => one.getLatLng()).map(({ lat, lng }) => [+lng.toFixed(5), +lat.toFixed(5)]);
      input.value = points.length >= 3 ? JSON.stringify({ type: "Polygon", coordinates: [[...points, points[0]]] }) : "";
      clearTimeout(waiting);
      if (!points.length) { told.textContent = box.dataset.none; picked = new Set(); colour(); return; }
      if (points.length < 3) { told.textContent = box.dataset.few; return; }
      if (ask) waiting = setTimeout(inside, 200);
    }

    async function inside() {
      const mine = ++asked;
      const body = new URLSearchParams({ polygon: input.value, csrfmiddlewaretoken: input.form.elements.csrfmiddlewaretoken.value });
      try {
        const answer = await fetch(box.dataset.inside, { method: "POST", body, credentials: "same-origin" });
        const found = await answer.json();
        if (mine !== asked) return; // a later corner was set meanwhile
        if (found.error) { told.textContent = found.error; return; }
        picked = new Set(found.codes);
        told.textContent = found.label ? `${found.label} · ${found.text}` : found.text;
        colour();
        tick();
      } catch { told.textContent = box.dataset.failed; }
    }

    // One change at the end: the tree adds up the whole list each time.
    function tick() {
      const tree = input.form.querySelector("[data-area-tree]");
      for (const one of tree.querySelectorAll("input[type=checkbox]")) { one.checked = false; one.indeterminate = false; }
      let last = null;
      for (const one of tree.querySelectorAll("input[data-households]")) {
        one.checked = picked.has(one.value);
        if (one.checked) last = one;
      }
      (last ?? tree.querySelector("input[data-households]"))?.dispatchEvent(new Event("change", { bubbles: true }));
    }

    box.querySelector("[data-draw-centre]").addEventListener("click", () => map && add(map.getCenter()));
    box.querySelector("[data-draw-undo]").addEventListener("click", () => { corners.pop()?.remove(); changed(true); });
    box.querySelector("[data-draw-clear]").addEventListener("click", () => { while (corners.length) corners.pop().remove(); changed(true); });
    box.addEventListener("toggle", open);
    open();
  }
  const all = () => document.querySelectorAll("[data-draw]").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
