// The notebook of a propagandist: writes into the phone first, and sends when it can.

const { dataset } = document.body;
const [{ openStore }, { startClock }, { fetchGiven, sendAll, SignIn, Refused }, forms, lists, { startRuns }] = await Promise.all(
  [dataset.store, dataset.clock, dataset.sending, dataset.forms, dataset.lists, dataset.runs].map((address) => import(address)),
);

const AGAIN_MS = 5_000;
const LOOK_MS = 30_000;
const SLOWEST_MS = 600_000;
const WRONG_CLOCK_MINUTES = 10;

const by = (id) => document.getElementById(id);
const says = by("says").dataset;
const session = by("session");
const handOut = by("hand_out");

let store;
try {
  store = await openStore("so-tuyen-truyen", "entries");
} catch (error) {
  by("store").textContent = by("store").dataset.none;
  by("store").hidden = false;
  throw error;
}
const entries = store.list("entries");
const clock = await startClock(store);
navigator.storage?.persist?.().catch(() => { /* the browser decides */ });

let given = await store.get("given") ?? null;
const changing = { session: null, hand_out: null }; // the entries whose words stand in the forms
let sending = null;
let timer = 0;
let pause = AGAIN_MS;

// randomUUID is not there on a page without TLS.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const now = () => clock.now() ?? Date.now();

const drives = await startRuns({ form: by("run"), forms, says, store, now, zone: dataset.zone, given: () => given, keep, newId });

function say(what, text = "") {
  for (const line of by("state").querySelectorAll("[data-says]")) {
    line.hidden = line.dataset.says !== what;
    if (text && !line.hidden) line.textContent = text;
  }
}

function tell(text) {
  by("saved").textContent = text;
  setTimeout(() => { by("saved").textContent = ""; }, 4_000);
}

async function show() {
  const all = (await entries.all()).sort((a, b) => a.made_at - b.made_at);
  const mine = given ? all.filter((one) => one.account.id === given.account.id) : [];
  const others = all.filter((one) => !given || one.account.id !== given.account.id);
  by("other").hidden = others.length === 0;
  if (others.length) by("other").textContent = by("other").dataset.text.replace("{count}", others.length).replaceAll("{name}", others[0].account.name);
  lists.showWaiting(mine, given, acts);
  if (!given) return mine;
  by("who").textContent = given.account.name;
  by("write").hidden = false;
  lists.showOwn(given.own, given, now(), mine, acts);
  lists.showAsked(given, acts);
  lists.showWrong(given);
  return mine;
}

function fillForms() {
  if (!given) return;
  for (const form of [session, handOut]) forms.fillVillages(form.elements.village, given.villages);
  forms.fill(session.elements.topic, given.topics);
  fillByVillage();
  drives.fill();
  by("print").hidden = !given.bulletins.some((one) => one.is_printed);
}

function fillByVillage() {
  const none = session.elements.release.options[0];
  const code = session.elements.village.value;
  forms.fill(session.elements.release, forms.titled(forms.bulletinsOf(given, code)), none);
  const spoken = given.villages.find((one) => one.code === code)?.languages ?? [];
  const known = [...new Set([...spoken, "vi"])].filter((one) => given.languages[one]);
  forms.fill(session.elements.language, known.map((one) => [one, given.languages[one]]));
  forms.fill(handOut.elements.release, forms.titled(forms.bulletinsOf(given, handOut.elements.village.value, true)));
  const about = given.bulletins.find((one) => one.id === handOut.elements.release.value);
  forms.fill(handOut.elements.language, (about?.languages ?? ["vi"]).map((one) => [one, given.languages[one] ?? one]));
}

function startWriting() {
  changing.session = null;
  const { village } = session.elements;
  const chosen = village.value;
  session.reset();
  forms.choose(village, chosen);
  session.elements.held_at.value = forms.wallTime(now(), dataset.zone);
  session.querySelector("[data-cancel]").hidden = true;
  by("write-title").textContent = by("write-title").dataset.new;
  forms.showProblems(session, {});
  if (given) fillByVillage();
}

function toForm(form) {
  form.scrollIntoView({ block: "start" });
  by("write-title").focus({ preventScroll: true });
}

const acts = {
  change(entry) {
    if (entry.kind === "hand_out") {
      handOut.closest("details").open = true;
      changing.hand_out = entry;
      handOut.elements.village.value = entry.fields.village;
      fillByVillage();
      forms.putValues(handOut, entry.fields);
      forms.showProblems(handOut, entry.problems ?? {});
      handOut.scrollIntoView({ block: "start" });
      return;
    }
    if (entry.kind === "run") {
      drives.change(entry);
      return;
    }
    startWriting();
    changing.session = entry;
    session.elements.village.value = entry.fields.village;
    fillByVillage();
    forms.putValues(session, entry.fields);
    session.querySelector("[data-cancel]").hidden = false;
    by("write-title").textContent = by("write-title").dataset.change;
    forms.showProblems(session, entry.problems ?? {});
    toForm(session);
  },
  async drop(entry) {
    await entries.change(entry.id, (row) => (row && row.is_tried && row.problems === null ? row : undefined));
    await show();
  },
  async withdraw(entry) {
    await keep(entry.id, entry.kind ?? "session", entry.fields, true, entry.revision);
  },
  note(bulletin, village) {
    startWriting();
    session.elements.village.value = village.code;
    fillByVillage();
    session.elements.release.value = bulletin.id;
    toForm(session);
  },
};

// Into the phone, at once; the server hears of it as soon as there is a signal.
async function keep(id, kind, fields, withdrawn = false, known = 0, putBack = () => {}) {
  const { account } = given;
  try {
    await entries.change(id, (row) => ({
      id, kind, account, fields, withdrawn,
      // A refused entry is not there, and one that nobody has tried to send is only here.
      revision: Math.max(row?.revision ?? 0, known) + (row && !row.is_tried ? 0 : 1),
      problems: null,
      is_tried: row?.is_tried ?? false,
      made_at: row?.made_at ?? Date.now(),
    }));
  } catch (error) {
    // No room, as a rule: the words are nowhere but in the form.
    putBack();
    by("full").hidden = false;
    throw error;
  }
  by("full").hidden = true;
  tell(says.saved);
  await show();
  // Also when this page is closed before there is a signal, where the browser can.
  navigator.serviceWorker?.ready.then((registration) => registration.sync?.register("gui")).catch(() => { /* the page sends */ });
  send();
}

async function save(event, form, kind) {
  event.preventDefault();
  if (!given) return;
  const problems = forms.missing(form, says.required);
  forms.showProblems(form, problems);
  if (Object.keys(problems).length) return;
  const entry = changing[kind];
  changing[kind] = null;
  const id = entry?.id ?? newId();
  const fields = forms.valuesOf(form);
  // Emptied before anything is awaited: a second press finds nothing to save.
  if (kind === "session") startWriting();
  else handOut.elements.copies.value = handOut.elements.households.value = "";
  await keep(id, kind, fields, false, entry?.revision ?? 0, () => {
    if (entry) acts.change(entry);
    form.elements.village.value = fields.village;
    fillByVillage();
    forms.putValues(form, fields);
  });
}

// What is under way may just be failing: once more after it.
function sendNow() {
  pause = AGAIN_MS;
  Promise.resolve(sending).then(send);
}

function send() {
  clearTimeout(timer);
  sending ??= trySending().finally(() => { sending = null; });
  return sending;
}

async function trySending() {
  const before = await show();
  if (!navigator.onLine) {
    say("offline");
    // Some browsers never say that they are online again.
    timer = setTimeout(send, LOOK_MS);
    return;
  }
  if (before.length) say("sending");
  let state = "";
  try {
    given = before.length || !given
      ? await sendAll(store, dataset.home, clock.learn)
      : (await fetchGiven(store, dataset.home, clock.learn)).given;
    pause = AGAIN_MS;
    if (!changing.session && !changing.hand_out && !drives.isChanging()) fillForms();
    checkClock();
  } catch (error) {
    if (error instanceof SignIn) state = "signin";
    else if (error instanceof Refused) say("refused", error.message);
    else state = navigator.onLine && !(error instanceof TypeError) ? "failed" : "offline";
    if (error instanceof Refused) state = null;
    given = await store.get("given") ?? given;
  }
  const left = await show();
  if (state === "") {
    const waiting = left.some((one) => one.problems === null);
    state = left.some((one) => one.problems !== null) ? "fix" : (waiting ? "sending" : "done");
    if (waiting) timer = setTimeout(send, 500);
  } else if (left.length) {
    timer = setTimeout(send, pause);
    pause = Math.min(pause * 2, SLOWEST_MS);
  }
  if (state !== null) say(state);
}

function checkClock() {
  const minutes = Math.round(Math.abs(clock.offset() ?? 0) / 60_000);
  by("clock").hidden = minutes < WRONG_CLOCK_MINUTES;
  by("clock").textContent = by("clock").dataset.text.replace("{minutes}", minutes);
}

session.addEventListener("submit", (event) => save(event, session, "session"));
handOut.addEventListener("submit", (event) => save(event, handOut, "hand_out"));
session.querySelector("[data-cancel]").addEventListener("click", startWriting);
for (const form of [session, handOut]) {
  form.elements.village.addEventListener("change", fillByVillage);
  form.elements.release.addEventListener("change", () => { if (form === handOut) fillByVillage(); });
}
by("send-now").addEventListener("click", sendNow);
window.addEventListener("online", sendNow);
window.addEventListener("offline", () => say("offline"));
document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });

fillForms();
handOut.elements.on.value = forms.wallTime(now(), dataset.zone).slice(0, 10);
startWriting();
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register(`${dataset.home}tho.js`, { scope: dataset.home, type: "module" }).catch((error) => console.debug(error));
}
if (!window.isSecureContext) {
  by("store").textContent = by("store").dataset.insecure;
  by("store").hidden = false;
}
await send();
