// The state of one person: their streams, the people they see, what is unread. All of it comes over the wire, with the
// person's own session, so that nothing is here that they may not see.
import { Refused, control, sessionOf } from "./wire.js";

const MOST_AT_ONCE = 500;
/** How far the world's clock is from this machine's, ms. */
export const worldClock = { offset: 0 };
export const PAGE = 60;

/**
 * @typedef {{id: string, kind: "Rooms" | "Chats", name: string, type: string, crossPod: boolean, active: boolean,
 *   members: number[], last?: any, unread: number, mentioned: boolean, refused?: string}} Stream
 */

/** @param {string} user @param {string | null} app */
export async function personOf(user, app) {
  const session = await sessionOf(user, app);
  const call = session.call;
  /** @type {Map<number, any>} */
  const people = new Map();
  /** @type {Map<string, Stream>} */
  const streams = new Map();
  /** @type {Map<string, string>} */
  const drafts = new Map();
  /** @type {Set<(what: string, stream: string, about?: any) => void>} */
  const listeners = new Set();
  const tell = (/** @type {string} */ what, /** @type {string} */ stream, /** @type {any} */ about = null) => { for (const each of [...listeners]) each(what, stream, about); };

  /** Tell a part of the page what happens, for as long as it is in the page. @param {HTMLElement} node @param {(what: string, stream: string, about?: any) => void} heard */
  function follow(node, heard) {
    let was = false;
    const each = (/** @type {string} */ what, /** @type {string} */ stream, /** @type {any} */ about) => {
      was ||= node.isConnected;
      if (was && !node.isConnected) listeners.delete(each);
      else heard(what, stream, about);
    };
    listeners.add(each);
  }

  /** The users of these ids that are not known yet. @param {number[]} ids */
  async function meet(ids) {
    const strange = [...new Set(ids)].filter((id) => !people.has(id));
    for (let at = 0; at < strange.length; at += 100) {
      const some = strange.slice(at, at + 100);
      try {
        const found = await call("GET", `/pod/v3/users?uid=${some.join(",")}`);
        for (const each of found.users) people.set(each.id, each);
      } catch (error) { if (!(error instanceof Refused)) throw error; }
      for (const id of some) if (!people.has(id)) people.set(id, { id, displayName: `User ${id}`, username: String(id) });
    }
  }
  const of = (/** @type {number} */ id) => people.get(id) ?? { id, displayName: `User ${id}`, username: String(id) };

  /** All streams of the person, with names. */
  async function refresh() {
    const found = [];
    for (let skip = 0; ; skip += 200) {
      const some = await call("POST", `/pod/v1/streams/list?skip=${skip}&limit=200`, {});
      found.push(...some.filter((/** @type {any} */ each) => ["ROOM", "IM", "MIM"].includes(each.streamType.type)));
      if (some.length < 200) break;
    }
    const others = (/** @type {any} */ each) => (each.streamAttributes?.members ?? []).filter((/** @type {number} */ id) => id !== session.id);
    await meet([session.id, ...found.flatMap(others)]);
    const gone = new Set(streams.keys());
    for (const each of found) {
      gone.delete(each.id);
      const room = each.streamType.type === "ROOM", members = others(each);
      const known = streams.get(each.id);
      const name = room ? each.roomAttributes.name : members.map((/** @type {number} */ id) => of(id).displayName).join(", ") || "Yourself";
      streams.set(each.id, { unread: 0, mentioned: false, ...known, id: each.id, kind: room ? "Rooms" : "Chats", name, type: each.streamType.type, crossPod: each.crossPod, active: each.active, members });
    }
    for (const id of gone) streams.delete(id);
    tell("streams", "");
  }

  /** The last messages up to a time, oldest first; windows grow until there are enough. @param {string} sid @param {number} [before] */
  async function history(sid, before) {
    let until = before;
    if (until === undefined) {
      try { until = (await call("GET", `/pod/v2/streams/${sid}/info`)).lastMessageDate ?? 0; } catch (error) {
        if (!(error instanceof Refused) || error.status !== 403) throw error;
        until = Date.now() + worldClock.offset + 60_000; // an app may read without being told when the last one was
      }
    }
    if (!until) return [];
    let span = 4 * 3_600_000, from = 0, found = [];
    for (;;) {
      from = Math.max(0, until - span);
      found = await call("GET", `/agent/v4/stream/${sid}/message?since=${from}&until=${until}&limit=${MOST_AT_ONCE}`);
      if (found.length >= PAGE || from === 0) break;
      span *= 12;
    }
    for (let some = found; some.length === MOST_AT_ONCE;) { // the earliest of the window were given: go on to the last
      some = await call("GET", `/agent/v4/stream/${sid}/message?since=${some[0].timestamp + 1}&until=${until}&limit=${MOST_AT_ONCE}`);
      found = [...some, ...found];
    }
    return found.slice(0, PAGE).reverse();
  }

  /** The last message of a stream, for its row. @param {Stream} stream */
  async function glance(stream) {
    if (stream.last !== undefined) return;
    stream.last = null;
    try {
      const found = await history(stream.id);
      stream.last = found.at(-1) ?? null;
    } catch (error) { stream.refused = error instanceof Error ? error.message : String(error); }
    tell("row", stream.id);
  }

  /** What happened in the world, as far as it is this person's. @param {any} event */
  async function heard(event) {
    const stream = event.stream ? streams.get(event.stream) : undefined;
    if (event.kind === "MESSAGESENT" && stream) {
      try {
        const found = await call("GET", `/agent/v4/stream/${stream.id}/message?since=${event.at}&until=${event.at}&limit=50`);
        const message = found.find((/** @type {any} */ each) => each.messageId === event.about.message) ?? found[0];
        if (!message) return;
        stream.last = message;
        if (message.user.userId !== session.id) {
          stream.unread += 1;
          stream.mentioned ||= mentions(message, session.id);
        }
        tell("message", stream.id, message);
      } catch (error) { if (!(error instanceof Refused)) throw error; }
    } else if (event.kind === "MESSAGESUPPRESSED" && stream) tell("suppressed", stream.id, event.about.messageId);
    else if ((event.stream || event.to?.includes(session.id)) && /ROOM|USER|INSTANT|CONNECTION/i.test(event.kind)) {
      await refresh();
      tell("members", event.stream ?? "");
    }
  }

  const submit = (/** @type {string} */ message, /** @type {string} */ form, /** @type {any} */ values) =>
    control("POST", "forms", { as: session.id, message, formId: form, values });
  const search = async (/** @type {string} */ query) => (await call("POST", "/pod/v1/user/search?local=false&limit=8", { query })).users ?? [];

  await refresh();
  return { id: session.id, user, app, me: of(session.id), call, people, of, meet, streams, drafts, refresh, history, glance, heard, submit, search, tell, follow };
}

/** @typedef {Awaited<ReturnType<typeof personOf>>} Person */

/** Whether a message mentions a user. @param {any} message @param {number} user */
export function mentions(message, user) {
  try {
    return Object.values(JSON.parse(message.data || "{}")).some((/** @type {any} */ each) => each?.type === "com.symphony.user.mention" && Number(each.id?.[0]?.value) === user);
  } catch { return false; }
}

/** The text of a message, in one line. @param {any} message */
export function gist(message) {
  const parsed = new DOMParser().parseFromString(message.message ?? "", "application/xml");
  const text = (parsed.documentElement.textContent ?? "").replace(/\s+/g, " ").trim();
  return text || (message.attachments?.length ? message.attachments.map((/** @type {any} */ each) => each.name).join(", ") : "No text");
}
