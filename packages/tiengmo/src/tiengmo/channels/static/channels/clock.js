// The server's time on a device whose own clock may be wrong, or may start in 1970 after a power cut.

const SLACK_MS = 60_000;

// store: {get, set}. Instants are milliseconds since 1970, as the server counts them.
export async function startClock(store) {
  let base = null; // the server's time at `since` on the clock that nobody can set
  let since = 0;
  let offset = null; // server minus device

  const kept = await store.get("clock");
  if (kept) {
    const now = Date.now() + kept.offset;
    // Earlier than what the server told last: the device has lost its time, and knows no hour.
    if (now > kept.last - SLACK_MS) {
      base = now;
      since = performance.now();
      offset = kept.offset;
    }
  }

  const clock = {
    isKnown: () => base !== null,
    now: () => (base === null ? null : base + performance.now() - since),
    offset: () => (offset === null ? null : Math.round(offset)),
    // serverNow: what an answer said; asked: performance.now() when it was asked for.
    async learn(serverNow, asked) {
      const heard = performance.now();
      base = serverNow + (heard - asked) / 2;
      since = heard;
      offset = base - Date.now();
      await clock.keep();
    },
    async keep() {
      if (base !== null) await store.set("clock", { offset, last: clock.now() });
    },
  };
  return clock;
}
