// The drawing becomes a map that can be moved: Leaflet over our own GeoJSON, no tiles from anywhere.
(() => {
  const box = document.getElementById("ban-do");
  if (!box || !window.L) return;
  fetch(box.dataset.geojson).then((answer) => {
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }).then((places) => {
    box.replaceChildren();
    box.classList.add("xa-mapbox--live");
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", box.dataset.label);
    const map = L.map(box, { attributionControl: false, scrollWheelZoom: false, zoomSnap: 0.25 });
    map.zoomControl.remove();
    L.control.zoom({ zoomInTitle: "Phóng to", zoomOutTitle: "Thu nhỏ" }).addTo(map);
    const looks = {
      unit: { color: "#1d2b53", weight: 3, fill: false },
      part: { color: "#6f7a99", weight: 1, fillColor: "#e3a62b", fillOpacity: 0.12 },
      village: { radius: 6, color: "#ffffff", weight: 1, fillColor: "#1b4a9c", fillOpacity: 1 },
      office: { radius: 9, color: "#ffffff", weight: 2, fillColor: "#a8321f", fillOpacity: 1 },
      box: { radius: 4, color: "#241a00", weight: 1, fillColor: "#e3a62b", fillOpacity: 1 },
    };
    const label = (properties) => {
      const text = document.createElement("p");
      const name = document.createElement(properties.url ? "a" : "b");
      if (properties.url) name.href = properties.url;
      name.textContent = properties.name;
      text.append(name);
      if (properties.detail) text.append(document.createElement("br"), properties.detail);
      return text;
    };
    const layer = L.geoJSON(places, {
      style: (feature) => looks[feature.properties.kind],
      pointToLayer: (feature, at) => L.circleMarker(at, looks[feature.properties.kind]),
      onEachFeature: (feature, shape) => {
        if (feature.properties.kind !== "unit") shape.bindPopup(() => label(feature.properties));
      },
    }).addTo(map);
    map.fitBounds(layer.getBounds(), { padding: [12, 12] });
    if (places.features.some((one) => one.properties.kind === "box")) {
      document.getElementById("chu-thich-loa").hidden = false;
    }
  }).catch(() => {}); // the drawing stays
})();
