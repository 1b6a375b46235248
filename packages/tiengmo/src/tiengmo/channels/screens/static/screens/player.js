// The player: asks for its code once, then shows what it was given, proves it, and obeys.

const { dataset } = document.body;
const [{ openStore }, { startClock }, link, lists, face] = await Promise.all(
  [dataset.store, dataset.clock, dataset.link, dataset.playlist, dataset.face].map((address) => import(address)),
);

const PULSE_MS = 4_000;
const REPORT_MS = 60_000;
const REFETCH_MS = 600_000; // also when nothing changed: what may be shown alone is renewed
const RETRY_MS = 15_000;
const TURN_MS = 2_000;
const SPREAD_MS = 3_000; // a thousand screens that hear the same do not ask in the same instant
const BATCH = 500;
const BATCH_GAP_MS = 2_500;
const SHORTEST_PLAY_MS = 5_000;
const ALERT_TEXT_MS = 12_000; // one of several languages
const ALERT_MS = 30_000;
const MISSED_PULSES = 3;
const PICTURES = "man-hinh-anh";
const MOST_FILM_BYTES = 300_000_000; // a cheap television has little room
const KEEP_MS = 600_000; // for one picture or film over a thin line

const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

if (navigator.locks) {
  // One tab plays; another one waits until the first is closed.
  const mine = await navigator.locks.request("man-hinh", { ifAvailable: true }, async (lock) => lock !== null);
  if (!mine) face.show("mh-elsewhere");
  await new Promise((resolve) => {
    navigator.locks.request("man-hinh", () => { resolve(); return new Promise(() => { /* until the tab closes */ }); });
  });
}
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/man-hinh/tho.js", { scope: "/man-hinh/" }).catch(() => { /* told below */ });
navigator.storage?.persist?.().catch(() => { /* the browser decides */ });

const store = await openStore("man-hinh", "plays");
const queue = store.list("plays");
const clock = await startClock(store);

async function enrolled() {
  const known = await store.get("token");
  if (known) return known;
  face.show("mh-enrol");
  if (await store.get("left")) face.refuse("revoked");
  if (!window.isSecureContext) face.refuse("insecure");
  const form = document.getElementById("mh-code-form");
  for (;;) {
    const code = await new Promise((resolve) => {
      form.onsubmit = (event) => { event.preventDefault(); resolve(new FormData(form).get("code")); };
    });
    // Made here and kept before it is sent: an answer that is lost loses nothing.
    let token = await store.get("pending");
    if (!token) {
      token = Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, "0")).join("");
      await store.set("pending", token);
    }
    try {
      await link.enrol(code, token);
      await store.set("token", token);
      await store.set("pending", null);
      await store.set("left", false);
      face.refuse("");
      form.reset();
      return token;
    } catch (error) {
      face.refuse(error instanceof link.Refused ? error.message : "offline");
    }
  }
}

const token = await enrolled();
let playlist = await store.get("playlist") ?? null;
let taken = new Set(await store.get("taken") ?? []);
let alerts = await store.get("alerts") ?? [];
let heard = await store.get("heard") ?? {};
let missed = 0;
let fetchedAt = -Infinity;
let fetching = null;
let cut = () => { /* nothing shows yet */ };
let reportSoon = () => { /* nobody waits yet */ };
let showing = "";

async function leave() {
  await store.wipe();
  await caches?.delete(PICTURES);
  await store.set("left", true);
  location.reload();
  await new Promise(() => { /* the page goes */ });
}

// Runs a step over and over, after a pause when it failed; only "you are nobody" ends it.
async function forever(step, pause) {
  for (;;) {
    try {
      await step();
    } catch (error) {
      if (error instanceof link.Unknown) await leave();
      // No network, a server that is away, a full disk: the picture on the wall goes on.
      console.debug(error);
      await pause();
    }
  }
}

async function keepPictures(given) {
  if (!("caches" in window)) return;
  const cache = await caches.open(PICTURES);
  const wanted = new Set([
    ...given.items.filter((item) => item.picture).map((item) => item.picture.url), ...lists.films(given.items, MOST_FILM_BYTES),
  ].map((address) => new URL(address, location.href).href));
  for (const request of await cache.keys()) {
    if (!wanted.has(request.url)) await cache.delete(request);
  }
  for (const address of wanted) {
    if (await cache.match(address)) continue;
    const request = new Request(address, { signal: AbortSignal.timeout(KEEP_MS) });
    await cache.add(request).catch(() => { /* the words stay */ });
  }
}

// One after another and beside all else: nothing waits for a film, least of all an alert.
let keeping = Promise.resolve();
function keepLater(given) {
  keeping = keeping.then(() => keepPictures(given)).catch(() => { /* the words stay */ });
}

async function fetchPlaylist() {
  const asked = performance.now();
  const given = await link.playlist(token);
  await clock.learn(given.now, asked);
  fetchedAt = performance.now();
  playlist = given;
  face.place(playlist.screen.place);
  cut("changed");
  reportSoon();
  keepLater(given);
  await store.set("playlist", given);
}

function wantPlaylist(within) {
  fetching ??= wait(Math.random() * within).then(fetchPlaylist).catch(async (error) => {
    if (error instanceof link.Unknown) await leave();
  }).finally(() => { fetching = null; });
  return fetching;
}

async function drop(gone) {
  taken = new Set(gone);
  await store.set("taken", [...taken]);
  if (!playlist) return;
  const left = playlist.items.filter((item) => !taken.has(item.release));
  if (left.length === playlist.items.length) return;
  playlist = { ...playlist, items: left };
  cut("changed");
  reportSoon();
  keepLater(playlist);
  await store.set("playlist", playlist);
}

async function listen() {
  let pulse;
  try {
    pulse = await link.pulse();
  } catch (error) {
    missed += 1;
    face.offline(missed >= MISSED_PULSES);
    throw error;
  }
  const wasAway = missed >= MISSED_PULSES;
  missed = 0;
  face.offline(false);
  const before = JSON.stringify(alerts);
  alerts = pulse.alerts;
  if (JSON.stringify(alerts) !== before) {
    await store.set("alerts", alerts);
    cut("alert");
    reportSoon();
  }
  await drop(pulse.taken);
  const isNew = !playlist || pulse.beats[playlist.heart] !== undefined && pulse.beats[playlist.heart] !== playlist.beat;
  if (isNew || wasAway || performance.now() - fetchedAt > REFETCH_MS) wantPlaylist(playlist && !wasAway ? SPREAD_MS : 0);
  if (wasAway) reportSoon();
  if (pulse.version !== dataset.version) await renew(pulse.version);
  await wait(PULSE_MS);
}

// Another version of the player is out: take it, once, when the worker has it.
async function renew(version) {
  if (await store.get("renewed") === version) return;
  await store.set("renewed", version);
  await wait(Math.random() * 20_000);
  const registration = await navigator.serviceWorker?.getRegistration("/man-hinh/");
  await registration?.update();
  location.reload();
}

async function report() {
  const plays = await queue.all(BATCH);
  const told = await link.report(token, {
    plays,
    holds: [...new Set((playlist?.items ?? []).map((item) => item.release).filter(Boolean))],
    showing,
    waiting: Math.max(0, await queue.count() - plays.length),
    clock_offset_ms: clock.offset(),
    player: `${dataset.version} ${navigator.userAgent}`,
  });
  const settled = [...told.taken, ...told.known, ...Object.keys(told.refused)];
  await queue.drop(settled);
  const isMore = settled.length > 0 && await queue.count() > 0;
  await (isMore ? wait(BATCH_GAP_MS) : untilAsked(REPORT_MS));
}

// Waits, and no longer than a moment once there is something to tell.
function untilAsked(ms) {
  return Promise.race([
    wait(ms),
    new Promise((resolve) => { reportSoon = () => { wait(300 + Math.random() * 1_500).then(resolve); }; }),
  ]);
}

// Waits out an item; something that changed may end it sooner.
function stand(ms, stillGood) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    cut = (why) => {
      if (why === "changed" && stillGood()) return;
      clearTimeout(timer);
      resolve();
    };
  });
}

let turns = new Map(); // when each item was last shown, counted in turns
let turnsTaken = 0;
let lastAlertText = 0;

async function turn() {
  const now = clock.now();
  const { whole: warned, lines: cleared } = lists.yielding(lists.standing(alerts, playlist?.listens ?? [], now), heard, now);
  if (warned.length) {
    const texts = warned.flatMap((alert) => alert.texts.map((text) => [alert, text]));
    const [alert, text] = texts[lastAlertText++ % texts.length];
    const until = new Intl.DateTimeFormat("vi-VN", { timeZone: playlist.zone, hour: "2-digit", minute: "2-digit", day: "numeric", month: "numeric" }).format(alert.until);
    face.alert(alert, text, until);
    showing = text.headline;
    if (alert.kind === "clear" && now !== null && heard[alert.id] === undefined) {
      // Of those that no longer stand nothing needs to be known.
      heard = Object.fromEntries([...Object.entries(heard).filter(([id]) => alerts.some((one) => one.id === id)), [alert.id, now]]);
      await store.set("heard", heard);
    }
    const longest = texts.length > 1 ? ALERT_TEXT_MS : ALERT_MS;
    const ends = alert.kind === "clear" ? Math.min(alert.until, (heard[alert.id] ?? now) + lists.CLEAR_MS) : alert.until;
    const left = now === null ? longest : Math.max(1_000, ends - now);
    await prove(alert.release && `r:${alert.release}:${text.language}`, now, () => stand(Math.min(longest, left), () => true));
    return;
  }
  face.alert(null);
  const isOpen = playlist !== null && now !== null && lists.isOpen(playlist, now);
  document.body.classList.toggle("mh-closed", playlist !== null && now !== null && !isOpen);
  const news = cleared.flatMap((alert) => alert.texts.map((text) => text.headline));
  face.ticker(isOpen ? [...news, ...lists.current(playlist, "ticker", now, taken).map((item) => item.text)] : []);
  const items = isOpen ? lists.current(playlist, "items", now, taken) : [];
  const next = items.length ? lists.following(items, turns) : null;
  face.item(next);
  showing = next?.headline ?? "";
  if (next === null) {
    await stand(TURN_MS, () => false);
    return;
  }
  turns.set(next.id, ++turnsTaken);
  if (turns.size > 4 * playlist.items.length) turns = new Map([...turns].filter(([id]) => playlist.items.some((item) => item.id === id)));
  const good = () => lists.current(playlist, "items", clock.now(), taken).some((item) => item.id === next.id);
  await prove(next.id, now, () => stand(next.seconds * 1_000, good));
}

// Notes a showing that somebody could have seen; one that was cut short at once is none.
async function prove(item, at, showIt) {
  const wasSeen = !document.hidden;
  const began = performance.now();
  await showIt();
  const ms = Math.round(performance.now() - began);
  if (item && at !== null && wasSeen && !document.hidden && ms >= SHORTEST_PLAY_MS) {
    await queue.put({ id: crypto.randomUUID(), item, at: Math.round(at), ms });
  }
}

function tick() {
  face.clock(clock.now(), playlist?.zone ?? "Asia/Ho_Chi_Minh");
}

async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch { /* the device's own settings decide */ }
}

face.show("mh-stage");
if (playlist) face.place(playlist.screen.place);
tick();
setInterval(tick, 1_000);
setInterval(() => clock.keep(), 60_000);
stayAwake();
document.addEventListener("visibilitychange", stayAwake);
document.addEventListener("click", () => { document.documentElement.requestFullscreen?.().catch(() => { /* as they like */ }); });
window.addEventListener("online", () => { reportSoon(); });
await Promise.all([
  forever(listen, () => wait(PULSE_MS)), forever(report, () => untilAsked(RETRY_MS)), forever(turn, () => wait(TURN_MS)),
]);
