// A drive of a loudspeaker vehicle: its form, and its way, from a file or from this phone while the page is open.

const LEAST_MS = 5_000; // between two points of the way
const KEEP_MS = 30_000;
const MOST_CHARACTERS = 4_000_000;

function gpxOf(points) {
  const rows = points.map(([at, latitude, longitude]) => `<trkpt lat="${latitude}" lon="${longitude}"><time>${new Date(at).toISOString()}</time></trkpt>`);
  return `<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" creator="Tieng Mo" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${rows.join("")}</trkseg></trk></gpx>`;
}

export async function startRuns({ form, forms, says, store, now, zone, given, keep, newId }) {
  const { elements } = form;
  const section = form.closest("section");
  const said = form.querySelector("[data-way]");
  const record = form.querySelector("[data-record]");
  let changing = null;
  let points = await store.get("way") ?? [];
  let watch = null;
  let keptAt = 0;

  const boxes = (name) => [...form.querySelectorAll(`input[name=${name}]`)];
  const chosen = (name) => boxes(name).filter((one) => one.checked).map((one) => one.value);

  function fillBoxes(name, pairs) {
    const before = new Set(chosen(name));
    form.querySelector(`[data-list=${name}]`).replaceChildren(...pairs.map(([value, label]) => {
      const line = document.createElement("label");
      const box = document.createElement("input");
      Object.assign(box, { type: "checkbox", name, value, checked: before.has(value) });
      line.append(box, ` ${label}`);
      return line;
    }));
  }

  function fill() {
    const at = given();
    if (!at) return;
    section.hidden = false;
    const several = new Set(at.villages.map((one) => one.unit)).size > 1;
    fillBoxes("villages", at.villages.map((one) => [one.code, several ? `${one.name} (${one.unit})` : one.name]));
    fillBoxes("releases", forms.titled(at.bulletins));
    forms.fill(elements.language, Object.entries(at.languages));
  }

  function showWay() {
    said.textContent = points.length ? says.way.replace("{count}", points.length) : "";
    record.textContent = watch === null ? record.dataset.start : record.dataset.stop;
    form.querySelector("[data-forget]").hidden = !points.length;
  }

  async function keepWay() {
    keptAt = Date.now();
    await store.set("way", points);
  }

  function seen({ coords }) {
    const at = now();
    if (points.length && at - points.at(-1)[0] < LEAST_MS) return;
    points.push([at, Number(coords.latitude.toFixed(6)), Number(coords.longitude.toFixed(6))]);
    showWay();
    if (Date.now() - keptAt > KEEP_MS) keepWay();
  }

  function stop() {
    if (watch !== null) navigator.geolocation.clearWatch(watch);
    watch = null;
    showWay();
    return keepWay();
  }

  function refused(error) {
    // Under trees and in valleys a fix fails now and then: the watch goes on.
    if (error && error.code !== error.PERMISSION_DENIED) return;
    stop();
    said.textContent = says.noPlace;
  }

  record.addEventListener("click", () => {
    if (watch !== null) {
      stop();
      elements.ended_at.value = forms.wallTime(now(), zone);
      return;
    }
    if (!navigator.geolocation) {
      refused();
      return;
    }
    // Closed by the phone during the drive: its points were kept, the form was not.
    if (!elements.started_at.value || !points.length) elements.started_at.value = forms.wallTime(points[0]?.[0] ?? now(), zone);
    watch = navigator.geolocation.watchPosition(seen, refused, { enableHighAccuracy: true, maximumAge: 0 });
    showWay();
  });
  form.querySelector("[data-forget]").addEventListener("click", () => {
    points = [];
    stop();
  });

  async function wayOf() {
    const file = elements.file.files[0];
    if (file) return file.size > MOST_CHARACTERS ? null : file.text();
    return points.length ? gpxOf(points) : changing?.fields.track ?? "";
  }

  function start() {
    changing = null;
    form.reset();
    form.querySelector("[data-cancel]").hidden = true;
    forms.showProblems(form, {});
  }

  function putBack(fields) {
    forms.putValues(form, Object.fromEntries(Object.entries(fields).filter(([name]) => !["villages", "releases", "track"].includes(name))));
    for (const name of ["villages", "releases"]) {
      const named = new Set(fields[name].split(","));
      for (const box of boxes(name)) box.checked = named.has(box.value);
    }
  }

  async function save(event) {
    event.preventDefault();
    if (!given()) return;
    const problems = forms.missing(form, says.required);
    if (!chosen("villages").length) problems.villages_shown = says.required;
    const track = await wayOf();
    if (track === null) problems.file = says.tooLarge;
    forms.showProblems(form, problems);
    if (Object.keys(problems).length) return;
    const fields = { villages: chosen("villages").join(","), releases: chosen("releases").join(","), track };
    for (const name of ["vehicle", "route", "language", "started_at", "ended_at", "stops", "range_m"]) fields[name] = elements[name].value.trim();
    const entry = changing;
    const file = elements.file.files[0];
    const usedPoints = !file && points.length > 0;
    start();
    await keep(entry?.id ?? newId(), "run", fields, false, entry?.revision ?? 0, () => {
      putBack(fields);
      changing = entry;
      form.querySelector("[data-cancel]").hidden = entry === null;
      if (!file) return;
      const files = new DataTransfer();
      files.items.add(file);
      elements.file.files = files.files;
    });
    if (usedPoints) {
      points = [];
      await stop();
    }
  }

  form.addEventListener("submit", save);
  form.querySelector("[data-cancel]").addEventListener("click", start);
  showWay();

  return {
    fill,
    isChanging: () => changing !== null || watch !== null,
    change(entry) {
      start();
      changing = entry;
      form.closest("details").open = true;
      putBack(entry.fields);
      form.querySelector("[data-cancel]").hidden = false;
      const { villages, track, id, ...rest } = entry.problems ?? {};
      forms.showProblems(form, { ...rest, ...(villages ? { villages_shown: villages } : {}), ...(track ? { file: track } : {}), ...(id ? { vehicle: id } : {}) });
      form.scrollIntoView({ block: "start" });
    },
  };
}
