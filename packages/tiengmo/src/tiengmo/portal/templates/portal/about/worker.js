// Works without a network: the pages read last, the numbers to call, the current warnings.
"use strict";

const KEPT = "giu-{{ version }}";
const READ = "da-doc";
const MOST_READ = 60;
const PATIENCE_MS = 6000;
const WARNINGS = "/canh-bao/";
const WANTED = {{ kept|safe }};
// Forms and the staff's pages are never kept.
const NEVER = ["/quan-tri/", "/theo-doi/", "/hoi-dap/gui/", "/tim-kiem/", "/thong-ke/"];

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    const read = await caches.open(READ);
    await Promise.all(WANTED.map(async (address) => {
      try {
        await cache.add(new Request(address, { cache: "reload" }));
        await read.delete(address); // what was read before is older
      } catch { /* without a network: what there is stays */ }
    }));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name !== KEPT && name !== READ) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (NEVER.some((start) => address.pathname.startsWith(start))) return;
  // A live sound has no end: it would be kept for ever, and never be heard.
  if (address.pathname.endsWith(".mp3")) return;
  if (request.mode === "navigate") {
    event.respondWith(page(request, address));
  } else if (address.pathname.startsWith("/static/portal/")) {
    event.respondWith(file(request));
  } else if (address.pathname === "/canh-bao/dang-phat/") {
    event.respondWith(warnings(event, request, address));
  } else if (address.pathname.startsWith("/anh/")) {
    event.respondWith(picture(request));
  }
});

async function page(request, address, isWhole = true) {
  try {
    const answer = await inTime(fetch(request));
    if (answer.ok) await keep(request, answer.clone());
    else if (answer.status === 410 || answer.status === 404) await forget(request);
    return answer;
  } catch {
    const kept = await latest(request) || await latest(address.pathname);
    if (kept) return isWhole ? marked(kept) : kept;
    if (!isWhole) return Response.error();
    return (await caches.match("/ngoai-mang/")) || Response.error();
  }
}

// What was read last comes before what was kept at the installation.
async function latest(request) {
  const read = await caches.open(READ);
  return (await read.match(request, { ignoreVary: true })) || caches.match(request, { ignoreVary: true });
}

// An open page asks now and then what is in force. When that changes, the page of warnings is kept
// anew: without a network it must not say that all is well.
async function warnings(event, request, address) {
  const before = await latest(request);
  const known = before ? await before.text() : null;
  const answer = await page(request, address, false);
  const now = await answer.clone().text();
  if (answer.ok && now !== known) event.waitUntil(keepAnew(WARNINGS));
  return answer;
}

async function keepAnew(address) {
  try {
    const answer = await fetch(address, { cache: "reload" });
    if (answer.ok) await keep(new Request(address), answer);
  } catch { /* the next look will */ }
}

function inTime(answer) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("slow")), PATIENCE_MS);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

// What was withdrawn must not live on in a telephone: the next look forgets it.
async function forget(request) {
  const cache = await caches.open(READ);
  await cache.delete(request);
}

async function keep(request, answer) {
  const type = answer.headers.get("Content-Type") || "";
  if (!type.startsWith("text/html") || answer.redirected) return;
  const text = await answer.text();
  const headers = new Headers(answer.headers);
  headers.set("X-Kept-At", new Date().toISOString());
  const cache = await caches.open(READ);
  await cache.delete(request);
  await cache.put(request, new Response(text, { headers }));
  const all = (await cache.keys()).filter((one) => !new URL(one.url).pathname.startsWith(WARNINGS));
  for (const old of all.slice(0, Math.max(0, all.length - MOST_READ))) await cache.delete(old);
}

// Nobody may take an old page for a new one.
async function marked(kept) {
  const at = kept.headers.get("X-Kept-At");
  const when = at ? ` lúc ${new Date(at).toLocaleString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh" })}` : "";
  const note = `<p class="offline-note" role="status">Không có mạng. Đang xem bản đã lưu${when}; tin có thể đã đổi.</p>`;
  const text = (await kept.text()).replace(/<body>/, `<body>${note}`);
  return new Response(text, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": kept.headers.get("Content-Security-Policy") || "default-src 'self'" } });
}

async function file(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(KEPT)).put(request, answer.clone());
  return answer;
}

async function picture(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) (await caches.open(KEPT)).put(request, answer.clone());
    return answer;
  } catch {
    return (await caches.match(request)) || Response.error();
  }
}
