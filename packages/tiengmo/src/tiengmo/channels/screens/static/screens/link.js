// What the player asks of the server. An answer of "you are nobody" is an Unknown, the rest an Error.

export class Unknown extends Error {}
export class Refused extends Error {}

const PATIENCE_MS = 12_000;

async function ask(address, options = {}) {
  const answer = await fetch(address, {
    cache: "no-store",
    credentials: "omit",
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...options,
  });
  if (answer.status === 401) throw new Unknown(address);
  const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
  // A portal of a hotel's or an office's network answers anything with its own page.
  if (!isJson) throw new Error(`${address}: no JSON (${answer.status})`);
  const told = await answer.json();
  if (answer.status === 403 || answer.status === 429) throw new Refused(told.error);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return told;
}

const post = (address, body, headers = {}) => ask(address, {
  method: "POST",
  headers: { "Content-Type": "application/json", ...headers },
  body: JSON.stringify(body),
});

const as = (token) => ({ Authorization: `Screen ${token}` });

export const pulse = () => ask("/man-hinh/nhip/");
export const enrol = (code, token) => post("/man-hinh/dang-ky/", { code, token });
export const playlist = (token) => ask("/man-hinh/may/danh-sach/", { headers: as(token) });
export const report = (token, told) => post("/man-hinh/may/bao-cao/", told, as(token));
