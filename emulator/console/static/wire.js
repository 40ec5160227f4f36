// How the console reaches the emulator: as the person played over the wire's calls, and the control plane beside it.

/** @returns {Record<string, string>} */
const guarded = () => (controlToken ? { Authorization: `Bearer ${controlToken}` } : {});

const HERE = new URL(".", location.href).pathname.replace(/\/$/, "");
/** The control token, where the address asks for one: in this page's memory only. */
let controlToken = "";
/** @param {string} token */
export const useToken = (token) => { controlToken = token; };

/** What came back when it was not what was asked for. */
export class Refused extends Error {
  /** @param {number} status @param {string} why */
  constructor(status, why) { super(why); this.status = status; }
}

/** @param {Response} response */
async function read(response) {
  const text = await response.text();
  let body = null;
  try { body = text ? JSON.parse(text) : null; } catch { body = text; }
  if (response.ok) return body;
  throw new Refused(response.status, response.headers.get("x-emulator-reason") || body?.message || response.statusText);
}

/**
 * A call of the control plane. @param {string} method @param {string} path @param {any} [body] @returns {Promise<any>}
 */
export async function control(method, path, body) {
  const headers = guarded();
  return read(await fetch(`${HERE}/emulator/v1/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }));
}

/**
 * A session of a person, through an app or on an account of their own. `call` makes a call of the wire with it; when the
 * session has ended it opens another, once.
 * @param {string} user @param {string | null} app
 */
export async function sessionOf(user, app) {
  const open = () => control("POST", "tokens", { user, counterpart: true, ...(app ? { app } : {}) });
  let held = await open();
  /** @param {string} method @param {string} path @param {any} [body] @returns {Promise<any>} */
  const call = async (method, path, body) => {
    const once = () => {
      /** @type {Record<string, string>} */
      const headers = { sessionToken: held.token };
      if (held.keyManagerToken) headers.keyManagerToken = held.keyManagerToken;
      const form = body instanceof FormData;
      if (body !== undefined && !form) headers["Content-Type"] = "application/json";
      return fetch(HERE + path, { method, headers, body: form || body === undefined ? body : JSON.stringify(body) });
    };
    let answer = await once();
    if (answer.status === 401) {
      held = await open();
      answer = await once();
    }
    return read(answer);
  };
  return { id: held.userId, call };
}

/** @typedef {Awaited<ReturnType<typeof sessionOf>>} Session */

/**
 * The world's events as they come, until the emulator goes away; then again, until it is back.
 * @param {(event: any) => void} heard @param {(live: boolean) => void} turned
 */
export async function listen(heard, turned) {
  for (;;) {
    try {
      const headers = guarded();
      const response = await fetch(`${HERE}/emulator/v1/events`, { headers });
      if (!response.ok || !response.body) throw new Error(String(response.status));
      turned(true);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const parts = (rest + value).split("\n\n");
        rest = parts.pop() ?? "";
        for (const part of parts) {
          const line = part.split("\n").find((each) => each.startsWith("data: "));
          if (line) heard(JSON.parse(line.slice(6)));
        }
      }
    } catch { /* the dock says it */ }
    turned(false);
    await new Promise((after) => setTimeout(after, 1000));
  }
}
