{% extends "channels/worker.js" %}
{% block imports %}import { openStore } from "{{ modules.store }}";
import { sendAll } from "{{ modules.sending }}";

{% endblock %}
{% block answer %}atOnce(request){% endblock %}
{% block more %}
// One bar of signal: what is kept opens at once; another version comes with another worker.
async function atOnce(request) {
  const cache = await caches.open(KEPT);
  return (await cache.match(HOME)) || fetch(request);
}

// The page may be closed by the time there is a signal: the browser then wakes this.
self.addEventListener("sync", (event) => {
  if (event.tag === "gui") event.waitUntil(openStore("so-tuyen-truyen", "entries").then((store) => sendAll(store, HOME)));
});
{% endblock %}
