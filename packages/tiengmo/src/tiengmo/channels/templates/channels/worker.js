{% block imports %}{% endblock %}// The page at {{ home }} starts without a network: its own files are kept.
"use strict";

const KEPT = "{{ name }}-{{ version }}";
const PICTURES = "{{ name }}-anh";
const HOME = "{{ home }}";
const WANTED = {{ kept|safe }};
const PATIENCE_MS = 5000;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    // All or nothing: half a page is none.
    await cache.addAll(WANTED.map((address) => new Request(address, { cache: "reload" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("{{ name }}-") && name !== KEPT && name !== PICTURES) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === HOME) {
    event.respondWith({% block answer %}page(request){% endblock %});
  } else if (pathname.startsWith(`${HOME}phim/`)) {
    event.respondWith(film(request));
  } else if (pathname.startsWith("/static/") || pathname.startsWith(`${HOME}anh/`)) {
    event.respondWith(kept(request));
  }
});

async function page(request) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await inTime(fetch(request));
    if (answer.ok) {
      await cache.put(HOME, answer.clone());
      return answer;
    }
    if (answer.status < 500) return answer;
  } catch { /* no network: what is kept */ }
  return (await cache.match(HOME)) || Response.error();
}

async function kept(request) {
  return (await caches.match(request, { ignoreVary: true })) || fetch(request);
}

// A player of films asks for parts, and takes nothing else; a copy is kept whole.
async function film(request) {
  const whole = await caches.match(request.url, { ignoreVary: true });
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("Range") || "");
  if (!whole || !asked) return whole || fetch(request);
  const blob = await whole.blob();
  const first = Number(asked[1]);
  const last = asked[2] ? Math.min(Number(asked[2]), blob.size - 1) : blob.size - 1;
  if (first > last) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${blob.size}` } });
  return new Response(blob.slice(first, last + 1), {
    status: 206,
    headers: {
      "Content-Type": whole.headers.get("Content-Type"),
      "Content-Length": String(last - first + 1),
      "Content-Range": `bytes ${first}-${last}/${blob.size}`,
      "Accept-Ranges": "bytes",
    },
  });
}

function inTime(answer) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("slow")), PATIENCE_MS);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
{% block more %}{% endblock %}
