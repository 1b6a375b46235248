// The operator's board: markers follow the table's rows, and "silent since" counts on by itself.
(() => {
  "use strict";
  // Another part of the staff interface may have brought htmx already; two of them ask twice.
  if (!window.htmx) {
    const script = document.createElement("script");
    script.src = document.currentScript.dataset.htmx;
    script.onload = () => window.htmx.process(document.body);
    document.head.append(script);
  }
  const COLOURS = { online: "#1b7a43", playing: "#0b5fa5", attention: "#9a5b00", silent: "#b3261e", never: "#5f6368", retired: "#5f6368" };
  const rows = () => document.querySelectorAll("#loa-rows tr[data-lat]");

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.submit();
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "loa-volume") event.target.form.querySelector("output").value = event.target.value;
  });

  // The browser knows the words for units, and their plurals, in the page's language.
  const say = (number, unit) => new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "long" }).format(Math.round(number));

  function ago(instant) {
    const seconds = Math.max(0, (Date.now() - instant) / 1000);
    if (seconds < 90) return say(seconds, "second");
    if (seconds < 5400) return say(seconds / 60, "minute");
    if (seconds < 172800) return say(seconds / 3600, "hour");
    return say(seconds / 86400, "day");
  }
  function tellAges() {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      time.dataset.text ??= time.textContent;
      time.textContent = `${time.dataset.text} (${ago(Date.parse(time.dateTime))})`;
    }
  }
  setInterval(tellAges, 5000);
  tellAges();

  const place = document.getElementById("loa-map");
  if (!place || !window.L) return;
  const map = L.map(place, { preferCanvas: true, zoomSnap: 0.25, attributionControl: false });
  const markers = new Map();

  // Every box stands on the map; the table shows one page of them, and tells of changes first.
  const points = new Map(JSON.parse(document.getElementById("loa-points").textContent).map((one) => [one.id, one]));
  const take = (row) => points.set(row.id, { id: row.id, ...row.dataset });

  function draw() {
    const seen = new Set();
    for (const row of rows()) take(row);
    for (const { id, lat, lon, state, name, label, url } of [...points.values()].reverse()) {  // worst last, on top
      seen.add(id);
      const style = { radius: state === "silent" ? 7 : 5, color: "#fff", weight: 1, fillColor: COLOURS[state], fillOpacity: 0.95 };
      let marker = markers.get(id);
      if (!marker) {
        marker = L.circleMarker([+lat, +lon], style).addTo(map);
        marker.on("click", () => { window.location = url; });
        markers.set(id, marker);
      }
      marker.setStyle(style).setRadius(style.radius);
      const text = document.createElement("span");
      text.textContent = `${name}: ${label}`;
      marker.unbindTooltip().bindTooltip(text);
    }
    for (const [id, marker] of markers) if (!seen.has(id)) { marker.remove(); markers.delete(id); }
  }
  // A canvas marker needs a view to stand in, so the view comes before the first one.
  const places = [...points.values()].map((one) => [+one.lat, +one.lon]);
  const fit = () => {
    if (places.length) map.fitBounds(L.latLngBounds(places).pad(0.16), { maxZoom: 14, animate: false });
    else map.setView([22.5, 103.9], 9);
  };
  fit();
  map.on("resize", fit); // a phone was turned
  draw();
  fetch(place.dataset.outlines, { credentials: "same-origin" }).then((answer) => answer.json()).then((shapes) => {
    L.geoJSON(shapes, {
      interactive: false,
      style: (shape) => shape.properties.kind === "unit"
        ? { color: "#4b6350", weight: 1.5, fillColor: "#dfe9dc", fillOpacity: 0.5 }
        : { color: "#9db3a0", weight: 0.7, fill: false },
    }).addTo(map).bringToBack();
    draw();
  }).catch(() => {});
  document.addEventListener("htmx:afterSettle", draw);
  document.addEventListener("htmx:oobAfterSwap", draw);
  // A row of another page has no place in this table; its marker changes all the same.
  document.addEventListener("htmx:oobErrorNoTarget", (event) => {
    const row = event.detail.content;
    if (row?.dataset?.lat) { take(row); draw(); }
  });
})();
