// What may be on the screen at an instant. Pure: no clock, no page, no network.

const formats = new Map();

// Minutes since midnight and weekday (0 Monday) of an instant, in a zone.
export function local(instant, zone) {
  if (!formats.has(zone)) {
    formats.set(zone, new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hourCycle: "h23", hour: "2-digit", minute: "2-digit", weekday: "short",
    }));
  }
  const parts = Object.fromEntries(formats.get(zone).formatToParts(instant).map((part) => [part.type, part.value]));
  const weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(parts.weekday);
  return { minutes: Number(parts.hour) * 60 + Number(parts.minute), weekday };
}

const minutesOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

// Also over midnight; the same hour twice is the whole day.
export function isWithin(minutes, [from, to]) {
  const [first, last] = [minutesOf(from), minutesOf(to)];
  if (first === last) return true;
  return first < last ? minutes >= first && minutes < last : minutes >= first || minutes < last;
}

export const isOpen = (playlist, now) => isWithin(local(now, playlist.zone).minutes, [playlist.opens, playlist.closes]);

export function isOn(item, now, zone) {
  if (now < item.from || now >= item.until) return false;
  const { minutes, weekday } = local(now, zone);
  if (item.weekdays.length && !item.weekdays.includes(weekday)) return false;
  return !item.hours || isWithin(minutes, item.hours);
}

// Items of a list that may show now. taken: releases that were taken back. Without a time that can
// be trusted, or after too long a silence, nothing may.
export function current(playlist, list, now, taken) {
  if (!playlist || now === null || now > playlist.good_until) return [];
  return playlist[list].filter((item) => !(item.release && taken.has(item.release)) && isOn(item, now, playlist.zone));
}

// Addresses of the films to keep, in the order of the list, as many as there is room for.
export function films(items, most) {
  const kept = new Map();
  let bytes = 0;
  for (const { video } of items) {
    if (!video || kept.has(video.url) || bytes + video.bytes > most) continue;
    kept.set(video.url, true);
    bytes += video.bytes;
  }
  return [...kept.keys()];
}

// The one that has waited longest, so that what is new or corrected comes next and not after a round.
// turns: the number of the turn in which each was last shown, by its id.
export function following(items, turns) {
  const turnOf = (item) => turns.get(item.id) ?? 0;
  return items.reduce((first, item) => (turnOf(item) < turnOf(first) ? item : first));
}

// An all-clear has the whole screen for so long after this screen first showed it, then a line.
export const CLEAR_MS = 300_000;

// Warnings that still have the whole screen, and all-clears that gave way to the list.
// heard: when this screen first showed an all-clear, by its id.
export function yielding(alerts, heard, now) {
  const gaveWay = (alert) => alert.kind === "clear" && now !== null && heard[alert.id] !== undefined
    && now >= heard[alert.id] + CLEAR_MS;
  return { whole: alerts.filter((alert) => !gaveWay(alert)), lines: alerts.filter(gaveWay) };
}

// Warnings that stand now for the areas this screen listens to.
export function standing(alerts, listens, now) {
  const own = new Set(listens);
  return alerts.filter((alert) => (now === null || now < alert.until)
    && (own.has("*") || alert.areas.some((code) => own.has(code))));
}
