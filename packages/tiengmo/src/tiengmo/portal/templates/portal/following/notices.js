// Shows what the portal sends, opens its page, and keeps the address fresh.
"use strict";

const HOME = "{{ home|escapejs }}";

function tell(path, fields) {
  return fetch(HOME + path, { method: "POST", credentials: "omit", body: new URLSearchParams(fields) });
}

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  let told;
  try {
    told = event.data.json();
  } catch {
    return;
  }
  event.waitUntil((async () => {
    await self.registration.showNotification(told.title, {
      body: told.body,
      lang: told.lang,
      // The newest of a bulletin takes the place of what was shown of it.
      tag: told.tag,
      renotify: !told.is_quiet,
      silent: told.is_quiet,
      requireInteraction: told.is_urgent,
      icon: "{{ icon|escapejs }}",
      data: { url: told.url },
    });
    await tell("da-hien/", { id: told.id }).catch(() => { /* it counts as not proved */ });
  })());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data.url, self.location.origin).href;
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const same = open.find((client) => client.url === address);
    await (same ? same.focus() : self.clients.openWindow(address));
  })());
});

// The browser's maker gave it another address.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil((async () => {
    const before = event.oldSubscription;
    const after = event.newSubscription || await self.registration.pushManager.subscribe({
      userVisibleOnly: true, applicationServerKey: "{{ key|escapejs }}",
    });
    if (before) await tell("cua-may/", { "dia-chi": before.endpoint, moi: JSON.stringify(after) });
  })());
});
