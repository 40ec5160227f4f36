// A conversation: its messages as they come, and who is in it.
import { clockTime, dayOf, face, h, hueOf, icon, reason, say, sizeOf, state } from "./dom.js";
import { rendered } from "./markup.js";
import { PAGE, mentions } from "./person.js";
import { composer } from "./compose.js";
import { as, query } from "./route.js";

/** @param {any} error */
export const sentence = (error) => (error instanceof Error ? error.message : String(error));

/** @param {import("./person.js").Person} person @param {string} sid @param {boolean} beside */
export function talk(person, sid, beside) {
  const stream = person.streams.get(sid);
  const pane = h("section.talk", { "aria-label": `${stream?.name ?? "No stream"}, as ${person.me.displayName}`, "data-hue": hueOf(person.me.displayName) });
  if (!stream) {
    pane.append(h("header.head", {}, h("a.ghost.to-streams", { href: "#/chat", "aria-label": "All streams" }, icon("back")), h("h2", {}, person.me.displayName)),
      state("chat", person.streams.size ? "Choose a stream" : "No streams yet", person.streams.size ? "What is said there shows here." : "Find a person at the left, and write to them."));
    return pane;
  }
  pane.toggleAttribute("data-outside", stream.crossPod);
  const about = h("span.about", {}, beside ? `as ${person.me.displayName}, ${person.me.company}` : "");
  const lead = beside ? face(person.me) : stream.type === "IM" ? face(person.of(stream.members[0] ?? person.id)) : h("span.glyph", {}, icon(!stream.active ? "closed" : stream.crossPod ? "external" : "room"));
  const list = h("ol"), box = h("div.messages.scroll", { role: "log", "aria-label": `Messages in ${stream.name}`, tabindex: "0" }, list);
  const details = h("button.ghost.to-details", { type: "button", "aria-label": "Details", onclick: () => pane.parentElement?.toggleAttribute("data-details") }, icon("panel"));
  pane.append(h("header.head", {}, h("a.ghost.to-streams", { href: "#/chat", "aria-label": "All streams" }, icon("back")), lead, h("h2", {}, stream.name), about, h("span.push"),
    beside ? null : neighbour(person, stream, sid), beside ? null : details), box);

  /** @type {any[]} */
  let shown = [];
  /** @type {Map<string, any>} */
  const nodes = new Map();
  const around = (/** @type {any} */ message) => ({
    me: person.id, message: message.messageId, submit: (/** @type {string} */ form, /** @type {any} */ values) => person.submit(message.messageId, form, values),
    people: person.search, act: async (/** @type {string} */ what, /** @type {string} */ ids) => {
      if (what !== "open-im") { say(`${what} is not shown here`); return; }
      const users = JSON.parse(ids || "[]");
      const made = await person.call("POST", "/pod/v1/im/create", users).catch((error) => say(sentence(error)));
      if (made) { await person.refresh(); location.hash = `#/chat/${made.id}`; }
    },
  });
  function row(/** @type {any} */ message, /** @type {any} */ before) {
    const who = { ...person.of(message.user.userId), ...message.user, accountType: person.people.get(message.user.userId)?.accountType };
    const outside = who.company && who.company !== person.me.company;
    const at = message.initialTimestamp ?? message.timestamp;
    const follows = before && before.user.userId === message.user.userId && dayOf(before.initialTimestamp ?? before.timestamp) === dayOf(at) && at - before.timestamp < 600_000 && !before.gone;
    const body = h("div.body");
    if (message.gone) return h("li.message", { "data-message": message.messageId, tabindex: "-1" }, h("span.lead", {}, icon("hidden")), h("div.body", {}, h("p.gone", {}, `A message of ${who.displayName} was suppressed.`)), h("time.num", {}, clockTime(at)));
    if (!follows) body.append(h("p.by", {}, h("b", {}, who.displayName), who.accountType === "SYSTEM" ? h("span.badge", {}, "bot") : null, outside ? h("span.badge.out", {}, who.company) : null));
    body.append(...rendered(message.message, message.data, around(message)));
    if (message.attachments?.length) body.append(h("ul.files", {}, message.attachments.map((/** @type {any} */ file) => h("li", {}, h("button.file", { type: "button", title: file.name, onclick: () => download(message, file) }, icon("file"), file.name, h("span.quiet.num", {}, sizeOf(file.size)))))));
    if (message.replacing) body.append(h("p.after", {}, icon("pencil"), `edited ${clockTime(message.timestamp)}`));
    return h("li.message", { "data-message": message.messageId, "data-follows": follows, "data-mine": mentions(message, person.id), tabindex: "-1" }, h("span.lead", {}, follows ? null : face(who)), body, h("time.num", { datetime: new Date(at).toISOString() }, clockTime(at)));
  }
  /** A file comes as Base64 text, and goes to the reader's disk. */
  async function download(/** @type {any} */ message, /** @type {any} */ file) {
    try {
      const text = await person.call("GET", `/agent/v1/stream/${sid}/attachment?fileId=${encodeURIComponent(file.id)}&messageId=${message.messageId}`);
      const bytes = Uint8Array.from(atob(String(text)), (c) => c.charCodeAt(0));
      const link = h("a", { href: URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" })), download: file.name });
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) { nodes.get(message.messageId)?.querySelector(".body").append(reason("Not fetched. ", sentence(error))); }
  }
  /** An edited message stands where the first one stood. */
  function place(/** @type {any} */ message) {
    if (message.replacedBy || nodes.has(message.messageId)) return;
    if (!message.attachments?.length && (message.data ?? "{}") === "{}" && /^<div[^>]*(\/>|><\/div>)$/.test(message.message ?? "")) message.gone = true;
    const old = message.initialMessageId ? shown.findIndex((each) => each.messageId === message.initialMessageId || each.initialMessageId === message.initialMessageId) : -1;
    if (old >= 0) {
      const node = row(message, shown[old - 1]);
      nodes.get(shown[old].messageId)?.replaceWith(node);
      shown[old] = message;
      nodes.set(message.messageId, node);
      return;
    }
    const before = shown.at(-1), at = message.initialTimestamp ?? message.timestamp;
    if (!before || dayOf(before.initialTimestamp ?? before.timestamp) !== dayOf(at)) list.append(h("li.divider", {}, h("span", {}, dayOf(at))));
    const node = row(message, before);
    shown.push(message);
    nodes.set(message.messageId, node);
    list.append(node);
  }
  const near = () => box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  /** What is not drawn yet has a guessed height: after a frame the end may lie lower. */
  const end = () => { let left = 3; const go = () => { box.scrollTop = box.scrollHeight; if (left-- > 0) requestAnimationFrame(go); }; go(); };
  async function fill() {
    try {
      const found = await person.history(sid);
      await person.meet(found.map((/** @type {any} */ each) => each.user.userId));
      found.forEach(place);
      older.hidden = found.length < PAGE;
      list.querySelector(".none")?.remove();
      if (!found.length) list.append(h("li.none", {}, state("chat", "No messages yet", `Whatever you write, ${stream?.name} reads it at once.`)));
      end();
    } catch (error) { list.querySelector(".none")?.remove(); list.append(h("li.none", {}, state("no", `You may not read ${stream?.name}`, sentence(error)))); }
  }
  async function earlier() {
    const first = shown[0];
    if (!first) return;
    const found = await person.history(sid, (first.initialTimestamp ?? first.timestamp) - 1);
    await person.meet(found.map((/** @type {any} */ each) => each.user.userId));
    const height = box.scrollHeight, all = [...found, ...shown];
    shown = [];
    nodes.clear();
    list.replaceChildren();
    all.forEach(place);
    box.scrollTop += box.scrollHeight - height;
    older.hidden = found.length < PAGE;
  }
  const older = h("button.earlier", { type: "button", hidden: true, onclick: earlier }, "Earlier messages");
  box.prepend(older);
  const heard = (/** @type {string} */ what, /** @type {string} */ id, /** @type {any} */ about) => {
    if (what === "again") { fill(); return; }
    if (id !== sid) return;
    if (what === "message") {
      const follow = near() || about.user.userId === person.id;
      list.querySelector(".none")?.remove();
      person.meet([about.user.userId]).then(() => { place(about); if (follow) end(); });
      read();
    } else if (what === "suppressed") {
      const at = shown.findIndex((each) => each.messageId === about);
      if (at >= 0) { shown[at].gone = true; const node = row(shown[at], null); nodes.get(about)?.replaceWith(node); nodes.set(about, node); }
    } else if (what === "failed") { list.append(about); end(); }
  };
  function read() { if (stream) { stream.unread = 0; stream.mentioned = false; person.tell("row", sid); } }
  person.follow(pane, heard);
  read();
  fill();
  if (!beside && stream.type === "ROOM") person.call("GET", `/pod/v3/room/${sid}/info`).then((room) => { about.textContent = about.title = room.roomAttributes.description ?? ""; }).catch(() => {});
  if (stream.active) pane.append(composer(person, stream)); else pane.append(h("p.locked", {}, icon("closed"), "This room is deactivated: nobody writes here."));
  return pane;
}

/** Somebody to set beside: another member, whose half of the conversation shows. @param {import("./person.js").Person} person @param {import("./person.js").Stream} stream @param {string} sid */
function neighbour(person, stream, sid) {
  const other = stream.members.map((id) => person.of(id))[0];
  return other && query.get("as") ? h("a.ghost.wide-only", { href: as(person.user, { app: person.app, beside: other.username, hash: `#/chat/${sid}` }), "aria-label": `${other.displayName} beside` }, icon("columns")) : null;
}

/** Who is in a stream, and how it is set. @param {import("./person.js").Person} person @param {string} sid */
export function detailsPane(person, sid) {
  const stream = person.streams.get(sid), scroll = h("div.scroll", { tabindex: "0" });
  const pane = h("aside.details", { "aria-label": "Details" }, h("header.head", {}, h("h2", {}, "Details")), scroll);
  if (!stream) return pane;
  async function fill() {
    try {
      const room = stream?.type === "ROOM";
      const [members, info] = room ? await Promise.all([person.call("GET", `/pod/v2/room/${sid}/membership/list`), person.call("GET", `/pod/v3/room/${sid}/info`)])
        : [[person.id, ...(stream?.members ?? [])].map((id) => ({ id, owner: false })), null];
      await person.meet(members.map((/** @type {any} */ each) => each.id));
      const facts = info ? [["About", info.roomAttributes.description], ["Visibility", info.roomAttributes.public ? "public" : "private"], ["Companies", info.roomAttributes.crossPod ? "several" : `${person.me.company} only`],
        ["History", info.roomAttributes.viewHistory ? "shown to new members" : "from joining on"], ["Posting", info.roomAttributes.readOnly ? "owners only" : "all members"]].filter(([, value]) => value) : [];
      scroll.replaceChildren(h("h3", {}, `Members ${members.length}`), h("ul.members", {}, members.slice(0, 200).map((/** @type {any} */ each) => {
        const who = person.of(each.id), out = who.company && who.company !== person.me.company;
        return h("li", {}, face(who), h("b", {}, who.displayName), out ? h("span.badge.out", {}, who.company) : null, h("small", {}, each.owner ? "owner" : who.accountType === "SYSTEM" ? "service account" : who.title ?? ""));
      })), ...(facts.length ? [h("h3", {}, "Settings"), h("dl.facts", {}, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))] : []));
    } catch (error) { scroll.replaceChildren(reason("Not shown. ", sentence(error))); }
  }
  const heard = (/** @type {string} */ what, /** @type {string} */ id) => {
    if (what === "members" && id === sid) fill();
  };
  person.follow(pane, heard);
  fill();
  return pane;
}
