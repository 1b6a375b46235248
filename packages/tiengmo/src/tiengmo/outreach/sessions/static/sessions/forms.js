// The two forms: their choices from what is at hand, their values as an entry's fields and back.

function option(value, label) {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = label;
  return made;
}

export function fillVillages(select, villages) {
  const chosen = select.value;
  const groups = new Map();
  for (const village of villages) {
    if (!groups.has(village.unit)) {
      const group = document.createElement("optgroup");
      group.label = village.unit;
      groups.set(village.unit, group);
    }
    groups.get(village.unit).append(option(village.code, village.name));
  }
  select.replaceChildren(option("", "–"), ...groups.values());
  if (villages.length === 1) select.value = villages[0].code;
  else choose(select, chosen);
}

export function fill(select, pairs, ...first) {
  const chosen = select.value;
  select.replaceChildren(...first, ...pairs.map(([value, label]) => option(value, label)));
  choose(select, chosen);
}

export function choose(select, value) {
  if ([...select.options].some((one) => one.value === value)) select.value = value;
}

// Bulletins whose area holds this village.
export function bulletinsOf(given, code, isPrinted = false) {
  const village = given.villages.find((one) => one.code === code);
  if (!village) return [];
  return given.bulletins.filter((one) => (!isPrinted || one.is_printed) && one.areas.some((area) => village.path.includes(area)));
}

export const titled = (bulletins) => bulletins.map((one) => [one.id, `${one.on}: ${one.title}`]);

export function valuesOf(form) {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
}

export function putValues(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements[name];
    if (!field) continue;
    const text = value === null ? "" : String(value);
    // A bulletin too old for the list: it stays what it was.
    if (field.tagName === "SELECT" && text && ![...field.options].some((one) => one.value === text)) field.append(option(text, "…"));
    field.value = text;
  }
}

export function showProblems(form, problems) {
  for (const old of form.querySelectorAll(".so-problem")) old.remove();
  for (const field of form.elements) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  let first = null;
  for (const [name, text] of Object.entries(problems)) {
    const field = form.elements[name];
    if (!(field instanceof HTMLElement)) continue;
    const said = document.createElement("span");
    said.className = "so-problem";
    said.id = `${form.id}-${name}-problem`;
    said.textContent = text;
    field.after(said);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", said.id);
    const folded = field.closest("details");
    if (folded) folded.open = true;
    first ??= field;
  }
  first?.focus();
}

// What a form can judge without the server: the rest comes back with an entry's problems.
export function missing(form, text) {
  const problems = {};
  for (const field of form.elements) {
    if (field.name && !field.checkValidity()) problems[field.name] = field.validity.valueMissing ? text : field.validationMessage;
  }
  return problems;
}

// Wall time in the locality, whatever zone the phone believes to be in.
export function wallTime(ms, zone) {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }).formatToParts(ms);
  const at = Object.fromEntries(parts.map((part) => [part.type, part.value]));
  return `${at.year}-${at.month}-${at.day}T${at.hour}:${at.minute}`;
}
