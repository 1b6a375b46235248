// What waits, what was sent, what the team was asked to do: rows with their buttons.

const says = document.getElementById("says").dataset;
const template = document.getElementById("row");
const job = document.getElementById("job");

const written = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

function row(what, why, isRefused, buttons) {
  const made = template.content.cloneNode(true);
  made.querySelector(".so-what").textContent = what;
  if (why) {
    const line = made.querySelector(".so-why");
    line.textContent = why;
    line.hidden = false;
    line.classList.toggle("so-refused", isRefused);
  }
  for (const [name, act] of Object.entries(buttons)) {
    const button = made.querySelector(`[data-${name}]`);
    button.hidden = false;
    button.addEventListener("click", act);
  }
  if (!Object.keys(buttons).length) made.querySelector(".so-keys").remove();
  return made;
}

function show(id, rows) {
  const section = document.getElementById(id);
  section.hidden = rows.length === 0;
  section.querySelector(".so-list").replaceChildren(...rows);
}

const onDay = (text) => text.split("T").map((part, index) => (index ? part : part.split("-").reverse().join("/"))).reverse().join(" ");

function whatOf(entry, given) {
  const { fields } = entry;
  const village = given?.villages.find((one) => one.code === fields.village)?.name ?? fields.village;
  if (entry.kind === "hand_out") {
    const title = given?.bulletins.find((one) => one.id === fields.release)?.title ?? "";
    return [onDay(fields.on), village, written(says.copies, fields), title].filter(Boolean).join(" · ");
  }
  if (entry.kind === "run") {
    const names = fields.villages.split(",").map((code) => given?.villages.find((one) => one.code === code)?.name ?? code);
    return [onDay(fields.started_at), fields.vehicle, names.join(", ")].join(" · ");
  }
  return [onDay(fields.held_at), village, written(says.people, { people: fields.headcount, questions: fields.questions || 0 })].join(" · ");
}

export function showWaiting(entries, given, acts) {
  document.getElementById("waiting-count").textContent = entries.length;
  show("waiting", entries.map((entry) => {
    const why = entry.problems ? Object.values(entry.problems).join("\n") : says[entry.withdrawn ? "withdrawing" : "waiting"];
    const buttons = {};
    if (!entry.withdrawn) buttons.change = () => acts.change(entry);
    // What may have arrived is not forgotten here: it is withdrawn there.
    if (entry.problems || !entry.is_tried) buttons.drop = () => { if (window.confirm(says.sure)) acts.drop(entry); };
    else if (!entry.withdrawn && entry.kind !== "hand_out") buttons.withdraw = () => { if (window.confirm(says.sureWithdraw)) acts.withdraw(entry); };
    return row(whatOf(entry, given), why, entry.problems !== null, buttons);
  }));
}

export function showOwn(own, given, now, waiting, acts) {
  const moving = new Set(waiting.map((entry) => entry.id));
  show("own", own.filter((one) => !moving.has(one.id)).map((one) => {
    const buttons = {};
    if (!one.withdrawn && now < one.until) {
      buttons.change = () => acts.change(one);
      buttons.withdraw = () => { if (window.confirm(says.sureWithdraw)) acts.withdraw(one); };
    }
    if (one.kind === "run") {
      const named = (text, villages) => villages.length && written(text, { villages: villages.join(", ") });
      const told = [one.withdrawn ? says.withdrawn : says.sent, named(one.has_track ? says.passed : says.noted, one.passed), named(says.notPassed, one.not_passed)];
      return row(`${says.run}: ${whatOf(one, given)}`, told.filter(Boolean).join("\n"), false, buttons);
    }
    const why = [one.title, one.withdrawn ? says.withdrawn : says.sent, one.is_after_withdrawal ? says.late : ""];
    return row(`${one.kind_name}: ${whatOf({ kind: "session", fields: one.fields }, given)}`, why.filter(Boolean).join("\n"), one.is_after_withdrawal, buttons);
  }));
}

// One line a bulletin: what to say, and the villages that wait, those first that nothing reached.
export function showAsked(given, acts) {
  const names = new Map(given.villages.map((village) => [village.code, village]));
  show("asked", given.bulletins.map((bulletin) => {
    const missed = new Set(bulletin.missed);
    const codes = [...new Set([...bulletin.missed, ...bulletin.asked])].filter((code) => names.has(code));
    if (!codes.length) return null;
    const made = job.content.cloneNode(true);
    made.querySelector("summary").textContent = written(says.job, { title: bulletin.title, count: codes.length });
    made.querySelector(".so-points").textContent = bulletin.points;
    made.querySelector(".so-keys").append(...codes.map((code) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "so-button";
      const { name } = names.get(code);
      button.textContent = missed.has(code) ? written(says.missed, { village: name }) : name;
      button.addEventListener("click", () => acts.note(bulletin, names.get(code)));
      return button;
    }));
    return made;
  }).filter(Boolean));
}

export function showWrong(given) {
  show("wrong", given.wrong.map((one) => row(`${one.village}: ${one.title}`, one.reason, false, {})));
}
