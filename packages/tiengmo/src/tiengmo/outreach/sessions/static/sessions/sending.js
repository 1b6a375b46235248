// Sends what waits, one entry after the other; used by the page and, when that is closed, by its worker.

// Nobody is signed in, or not with all they need.
export class SignIn extends Error {}
// A sentence for the person.
export class Refused extends Error {}

const PATIENCE_MS = 30_000; // one bar of signal
const SLOWEST_A_MS = 4; // characters of an entry: a drive brings its way, of up to four million
const HEADERS = { "X-Requested-With": "XMLHttpRequest" };

async function ask(address, options = {}) {
  const answer = await fetch(address, {
    cache: "no-store",
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE_MS + Math.ceil((options.body?.length ?? 0) / SLOWEST_A_MS)),
    ...options,
    headers: { ...HEADERS, ...options.headers },
  });
  const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
  if (answer.status === 401) throw new SignIn(address);
  // The second factor asks as a text; a page in its place is an office's network, or a proxy of ours.
  if (answer.status === 403 && !isJson) throw new SignIn(address);
  if (!isJson) throw new Error(`${address}: no JSON (${answer.status})`);
  return { status: answer.status, told: await answer.json() };
}

// Who is signed in and what they need at hand; kept for the days without a network.
export async function fetchGiven(store, home, learn) {
  const asked = performance.now();
  const { status, told } = await ask(`${home}du-lieu/`);
  if (status !== 200) throw new Refused(told.error);
  await learn?.(told.now, asked);
  const { csrf, now, ...given } = told;
  await store.set("given", given);
  return { csrf, given };
}

const isFor = (account) => (row) => row.account.id === account.id && row.problems === null;

// Answers with what the server knows now. Two tabs, or a tab and the worker, take turns.
export function sendAll(store, home, learn) {
  const send = () => sendInTurn(store, home, learn);
  return navigator.locks ? navigator.locks.request("so-tuyen-truyen-gui", send) : send();
}

async function sendInTurn(store, home, learn) {
  const entries = store.list("entries");
  const { csrf, given } = await fetchGiven(store, home, learn);
  const waiting = (await entries.all()).filter(isFor(given.account)).sort((a, b) => a.made_at - b.made_at);
  let failure = null;
  for (const row of waiting) {
    try {
      await sendOne(row);
    } catch (error) {
      // Nothing gets through: without a sign-in, or without a network.
      if (error instanceof SignIn || error instanceof TypeError) throw error;
      // One that does not get through holds up none behind it.
      failure = error;
    }
  }
  if (failure) throw failure;
  return given;

  async function sendOne(row) {
    // Noted before it is sent: from here on it may have arrived, whatever comes back.
    let sent = null;
    await entries.change(row.id, (now) => {
      sent = now && { ...now, is_tried: true };
      return sent;
    });
    if (!sent) return;
    const { id, kind, revision, withdrawn, fields } = sent;
    const { status, told } = await ask(`${home}gui/`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify({ id, kind, revision, withdrawn, fields }),
    });
    if (status === 200) {
      given.own = told.own;
      await store.set("given", given);
      // It may have been changed while it was on its way: then the change goes next.
      await entries.change(id, (now) => (now && now.revision > revision ? now : undefined));
    } else if ([400, 403, 422].includes(status)) {
      const problems = told.problems ?? { id: told.error };
      await entries.change(id, (now) => now && (now.revision > revision ? now : { ...now, problems }));
    } else {
      throw new Error(`${home}gui/: ${status}`);
    }
  }
}
