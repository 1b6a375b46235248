// One tap begins notices on this device, one tap ends them.
"use strict";

(async () => {
  const form = document.getElementById("nhan-thong-bao");
  const place = document.getElementById("thong-bao");
  if (!place) return;
  const { home, key } = place.dataset;
  const say = (name, text) => {
    for (const line of place.querySelectorAll("[data-says]")) line.hidden = line.dataset.says !== name;
    if (text) place.querySelector(`[data-says=${name}] [data-text]`).textContent = text;
  };
  class Told extends Error {}
  const button = place.querySelector("[data-act=end]");
  const tell = async (path, body) => {
    const answer = await fetch(home + path, { method: "POST", credentials: "omit", body });
    const told = await answer.json();
    if (!answer.ok) throw new Told(told.error);
    return told;
  };
  // What the browser itself says is in its own words and language; only ours are for people.
  const fail = (error) => {
    console.debug(error);
    say("failed", error instanceof Told ? error.message : place.dataset.failed);
  };

  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
    say("unable");
    return;
  }
  if (Notification.permission === "denied") {
    say("denied");
    return;
  }
  if (location.hash === "#da-tat") {
    say("off");
    history.replaceState(null, "", location.pathname + location.search);
  }
  const begin = form && form.querySelector("[data-act=begin]");
  if (begin) begin.disabled = false;

  const registered = async () => {
    const registration = await navigator.serviceWorker.register(`${home}tho.js`, { scope: home });
    for (let worker = registration.installing; worker && worker.state !== "activated";) {
      await new Promise((resolve) => { worker.addEventListener("statechange", resolve, { once: true }); });
    }
    return registration;
  };

  const known = await navigator.serviceWorker.getRegistration(home);
  const before = known && known.scope.endsWith(home) ? await known.pushManager.getSubscription() : null;
  if (before) {
    const told = await tell("cua-may/", new URLSearchParams({ "dia-chi": before.endpoint })).catch(() => null);
    if (told && told.village) say("on", told.village);
    button.hidden = !(told && told.village);
    if (begin && !button.hidden) begin.textContent = begin.dataset.change;
  }

  if (form) {
    form.addEventListener("submit", async (event) => {
      if (event.submitter && event.submitter.name === "mo-xa") return;
      event.preventDefault();
      begin.disabled = true;
      try {
        if (await Notification.requestPermission() !== "granted") {
          say("denied");
          return;
        }
        say("asking");
        const registration = await registered();
        const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
        const sent = new URLSearchParams(new FormData(form));
        sent.set("dang-ky", JSON.stringify(subscription));
        const told = await tell("", sent);
        say("on", told.village);
        button.hidden = false;
        begin.hidden = true;
      } catch (error) {
        fail(error);
      } finally {
        begin.disabled = false;
      }
    });
  }

  button.addEventListener("click", async () => {
    try {
      const registration = await navigator.serviceWorker.getRegistration(home);
      const subscription = registration && await registration.pushManager.getSubscription();
      if (subscription) {
        await tell("cua-may/", new URLSearchParams({ "dia-chi": subscription.endpoint, roi: "1" }));
        await subscription.unsubscribe();
      }
      // The form's stamp is used up: the page comes anew.
      location.hash = "da-tat";
      location.reload();
    } catch (error) {
      fail(error);
    }
  });
})();
