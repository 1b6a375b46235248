// Lists what this browser has kept, newest first.
"use strict";

(async () => {
  const place = document.getElementById("da-luu");
  if (!place || !("caches" in window)) return;
  const cache = await caches.open("da-doc");
  const found = [];
  for (const request of await cache.keys()) {
    const kept = await cache.match(request);
    const title = /<title>([^<]*)<\/title>/.exec(await kept.text());
    const path = new URL(request.url).pathname;
    if (title && path !== "/ngoai-mang/") found.push([kept.headers.get("X-Kept-At") || "", path, title[1]]);
  }
  found.sort((a, b) => b[0].localeCompare(a[0]));
  const decoder = document.createElement("textarea");
  for (const [, path, title] of found) {
    const link = document.createElement("a");
    link.href = path;
    decoder.innerHTML = title;
    link.textContent = decoder.value;
    const item = document.createElement("li");
    item.className = "item";
    item.append(link);
    place.append(item);
  }
  if (found.length) document.getElementById("chua-luu").hidden = true;
})();
