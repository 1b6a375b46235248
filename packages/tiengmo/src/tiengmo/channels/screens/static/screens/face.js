// Puts things on the page. Texts stand in the page itself; nothing here is HTML from outside.

const find = (selector) => document.querySelector(selector);
const SECONDS_A_SIGN = 0.16;

export function show(name) {
  for (const id of ["mh-enrol", "mh-elsewhere", "mh-stage"]) find(`#${id}`).hidden = id !== name;
  if (name === "mh-enrol") find("#mh-code").focus();
}

export function refuse(reason) {
  const place = find("#mh-refusal");
  place.textContent = place.dataset[reason] ?? reason;
}

export function place(text) {
  find(".mh-place").textContent = text;
  find(".mh-idle-place").textContent = text;
}

export function offline(isSo) {
  find(".mh-offline").hidden = !isSo;
}

export function clock(now, zone) {
  const hour = now === null ? "" : new Intl.DateTimeFormat("vi-VN", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(now);
  const day = now === null ? "" : new Intl.DateTimeFormat("vi-VN", { timeZone: zone, weekday: "long", day: "numeric", month: "numeric", year: "numeric" }).format(now);
  find(".mh-clock").textContent = hour;
  find(".mh-idle-clock").textContent = hour;
  find(".mh-idle-day").textContent = day;
}

// Muted always: a hall is no cinema, and browsers play nothing else by themselves. A film that
// cannot be played leaves its still picture.
function film(shown, image) {
  const video = find(".mh-video");
  video.pause();
  video.hidden = !shown;
  image.hidden = Boolean(shown);
  if (!shown) {
    video.removeAttribute("src");
    video.load();
    return;
  }
  const still = () => { video.hidden = true; image.hidden = false; };
  video.onerror = still;
  video.muted = true;
  video.src = shown.url;
  video.play().catch((error) => { if (error.name !== "AbortError") still(); });
}

export function item(shown) {
  const article = find(".mh-item");
  find(".mh-idle").hidden = shown !== null;
  article.hidden = shown === null;
  article.dataset.item = shown?.id ?? "";
  film(shown?.video, find(".mh-picture img"));
  if (shown === null) return;
  article.classList.toggle("mh-item--video", Boolean(shown.video));
  article.lang = shown.language;
  article.classList.toggle("mh-item--picture", shown.picture !== null);
  const figure = find(".mh-picture");
  figure.hidden = shown.picture === null;
  if (shown.picture !== null) {
    const image = figure.querySelector("img");
    // A picture that did not arrive leaves its room to the words.
    image.onerror = () => { figure.hidden = true; article.classList.remove("mh-item--picture"); };
    image.src = shown.picture.url;
    image.alt = shown.picture.alt;
    const [across, down] = shown.picture.focus ?? [0.5, 0.5];
    image.style.objectPosition = `${across * 100}% ${down * 100}%`;
    figure.querySelector("figcaption").textContent = shown.picture.credit;
  }
  find(".mh-headline").textContent = shown.headline;
  find(".mh-text").textContent = shown.text;
  find(".mh-more").hidden = !shown.qr;
  if (shown.qr) find(".mh-qr").src = shown.qr;
  find(".mh-unit").textContent = shown.unit;
}

let running = "";

export function ticker(texts) {
  const line = texts.join("   ●   ");
  if (line === running) return;
  running = line;
  find(".mh-ticker").hidden = !line;
  const text = find(".mh-ticker-text");
  text.textContent = line;
  text.style.animationDuration = `${Math.max(12, line.length * SECONDS_A_SIGN)}s`;
}

// alert: null, or {kind, is_exercise, …} with one of its texts.
export function alert(shown, text, until) {
  const section = find("#mh-alert");
  section.hidden = shown === null;
  if (shown === null) return;
  const kind = shown.is_exercise ? "exercise" : shown.kind;
  section.dataset.kind = kind;
  section.lang = text.language;
  for (const label of section.querySelectorAll("[data-says]")) label.hidden = label.dataset.says !== kind;
  section.querySelector(".mh-alert-headline").textContent = text.headline;
  section.querySelector(".mh-alert-area").textContent = shown.area;
  section.querySelector(".mh-alert-text").textContent = text.description;
  section.querySelector(".mh-alert-do").textContent = text.instruction;
  section.querySelector(".mh-alert-by").textContent = shown.by;
  section.querySelector(".mh-alert-until").textContent = until;
}
