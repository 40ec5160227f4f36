// The streams of a person: by kind, with the last line, the time and what is unread; and who else could be written to.
import { clockTime, face, h, icon, reason } from "./dom.js";
import { gist } from "./person.js";
import { controlAddress } from "./route.js";

/** @param {import("./person.js").Stream} stream */
const sign = (stream) => (!stream.active ? "closed" : stream.crossPod ? "external" : "room");

/**
 * @param {import("./person.js").Person} person @param {string} open the id of the stream that is open
 */
export function streamList(person, open) {
  const scroll = h("div.scroll"), found = h("div.found-people");
  const input = h("input", { placeholder: "Find a stream or person", "aria-label": "Find a stream or person", "data-find": true });
  const asked = h("div");
  /** @type {Map<string, any>} */
  const rows = new Map();
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) {
      seen.unobserve(entry.target);
      const stream = person.streams.get(/** @type {HTMLElement} */ (entry.target).dataset.stream ?? "");
      if (stream) person.glance(stream);
    }
  }, { root: scroll });

  function row(/** @type {import("./person.js").Stream} */ stream) {
    const other = stream.type === "IM" ? person.of(stream.members[0] ?? person.id) : null;
    const last = stream.last;
    const line = stream.refused ? `Refused: ${stream.refused}` : last ? `${last.user.userId === person.id ? "You" : last.user.firstName ?? last.user.displayName}: ${gist(last)}` : last === null ? "No messages yet" : "";
    const count = stream.id === open ? 0 : stream.unread;
    return h("a.stream", { href: `#/chat/${stream.id}`, "data-stream": stream.id, "aria-current": stream.id === open ? "true" : false, "data-kind": sign(stream), "data-unread": count > 0, title: stream.name },
      other ? face(other) : h("span.glyph", {}, icon(sign(stream))),
      h("b.name", {}, stream.name, stream.crossPod ? h("span.outside", { title: "with another company" }, icon("external")) : null),
      h("span.time.num", {}, last ? clockTime(last.timestamp) : ""),
      h("span.last", { title: line }, stream.refused ? icon("no") : null, line),
      count ? h("span.count", { "data-mention": stream.mentioned }, stream.mentioned ? h("span", { title: "you are mentioned" }, "@") : null, String(count), h("span.sr", {}, " unread")) : null);
  }
  function redraw(/** @type {string} */ id) {
    const stream = person.streams.get(id), old = rows.get(id);
    if (!stream || !old) return;
    const next = row(stream);
    next.hidden = old.hidden;
    old.replaceWith(next);
    rows.set(id, next);
    if (stream.last === undefined) seen.observe(next);
  }
  function draw() {
    rows.clear();
    const groups = ["Rooms", "Chats"].map((kind) => {
      const mine = [...person.streams.values()].filter((each) => each.kind === kind);
      const made = mine.map((each) => { const node = row(each); rows.set(each.id, node); if (each.last === undefined) seen.observe(node); return node; });
      return [h("h3", {}, kind), kind === "Chats" ? asked : null, made.length ? made : h("p.none", {}, kind === "Rooms" ? "In no room" : "Find a person above, and write")];
    });
    scroll.replaceChildren(found, ...groups.flat(2).filter(Boolean));
    filter();
  }
  function filter() {
    const wanted = input.value.trim().toLowerCase();
    for (const [id, node] of rows) node.hidden = Boolean(wanted) && !person.streams.get(id)?.name.toLowerCase().includes(wanted);
  }
  let waiting = 0;
  input.addEventListener("input", () => {
    filter();
    clearTimeout(waiting);
    const query = input.value.trim();
    if (query.length < 2) { found.replaceChildren(); return; }
    waiting = setTimeout(async () => {
      const users = await person.search(query).catch(() => []);
      if (input.value.trim() !== query) return;
      found.replaceChildren(h("h3", {}, "People"), ...users.filter((/** @type {any} */ each) => each.id !== person.id).map((/** @type {any} */ each) =>
        h("button.person", { type: "button", onclick: () => write(each) }, face(each), h("b", {}, each.displayName), h("small", {}, each.company))));
    }, 120);
  });
  async function write(/** @type {any} */ user) {
    try {
      const made = await person.call("POST", "/pod/v1/im/create", [user.id]);
      await person.refresh();
      input.value = "";
      found.replaceChildren();
      location.hash = `#/chat/${made.id}`;
    } catch (error) { found.append(reason("Refused. ", error instanceof Error ? error.message : String(error))); }
  }
  async function requests() {
    try {
      const waitingFor = await person.call("GET", "/pod/v1/connection/list?status=PENDING_INCOMING");
      await person.meet(waitingFor.map((/** @type {any} */ each) => each.userId));
      asked.replaceChildren(...waitingFor.map((/** @type {any} */ each) => {
        const who = person.of(each.userId);
        const answer = (/** @type {string} */ what) => async () => {
          try { await person.call("POST", `/pod/v1/connection/${what}`, { userId: each.userId }); } catch (error) { asked.append(reason("Refused. ", error instanceof Error ? error.message : String(error))); return; }
          requests();
        };
        return h("div.asking", {}, face(who), h("p", {}, h("b", {}, who.displayName), h("small", {}, `${who.company ?? "Another company"}, asks to connect`)),
          h("span", {}, h("button.ghost", { type: "button", "aria-label": `Accept ${who.displayName}`, onclick: answer("accept") }, icon("check")), h("button.ghost", { type: "button", "aria-label": `Reject ${who.displayName}`, onclick: answer("reject") }, icon("close"))));
      }));
    } catch { asked.replaceChildren(); }
  }
  const heard = (/** @type {string} */ what, /** @type {string} */ stream) => {
    if (what === "streams") draw();
    else if (what === "members" || what === "again") requests();
    else redraw(stream);
  };
  const node = h("nav.streams", { "aria-label": `Streams of ${person.me.displayName}` },
    h("header.head", {}, h("a.button.persona", { href: controlAddress("#/who"), title: "Act as somebody else" }, face(person.me), h("span", {}, h("b", {}, person.me.displayName), h("small", {}, person.app ? `through ${person.app}` : person.me.company)), icon("down"))),
    h("label.find", {}, icon("search"), input, h("kbd", {}, "/")), scroll);
  draw();
  requests();
  person.follow(node, heard);
  return node;
}
