// What is written: text with light marks becomes MessageML, which can be looked at and written by hand.
import { clockTime, face, h, icon, reason, say, sizeOf } from "./dom.js";
import { control, Refused } from "./wire.js";

/** @param {string} text */
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

/**
 * The MessageML of a draft: **bold**, _italic_, `code`, "- " for a list, #tags and $tags, and the people who were
 * chosen by name.
 * @param {string} draft @param {Map<string, number>} chosen
 */
export function messageML(draft, chosen) {
  const names = [...chosen.keys()].sort((a, b) => b.length - a.length);
  const inline = (/** @type {string} */ line) => {
    let out = escaped(line);
    for (const name of names) out = out.replaceAll(`@${escaped(name)}`, `<mention uid="${chosen.get(name)}"/>`);
    return out.replace(/`([^`]+)`/g, "<code>$1</code>").replace(/\*\*([^*]+)\*\*/g, "<b>$1</b>").replace(/(^|\s)_([^_]+)_(?=$|[\s.,;:!?])/g, "$1<i>$2</i>")
      .replace(/(^|\s)#([\p{L}_][\p{L}\p{N}_-]{0,63})/gu, '$1<hash tag="$2"/>').replace(/(^|\s)\$([A-Za-z][\w.]{0,31})/g, '$1<cash tag="$2"/>');
  };
  /** @type {string[]} */
  const out = [];
  /** @type {string[]} */
  let items = [];
  const close = () => { if (items.length) out.push(`<ul>${items.map((each) => `<li>${each}</li>`).join("")}</ul>`); items = []; };
  const lines = draft.replace(/\s+$/, "").split("\n");
  lines.forEach((line, at) => {
    if (line.startsWith("- ")) { items.push(inline(line.slice(2))); return; }
    close();
    out.push(inline(line) + (at < lines.length - 1 ? "<br/>" : ""));
  });
  close();
  return `<messageML>${out.join("")}</messageML>`;
}

/** @param {import("./person.js").Person} person @param {import("./person.js").Stream} stream */
export function composer(person, stream) {
  /** @type {Map<string, number>} */
  const chosen = new Map();
  /** @type {File[]} */
  let files = [];
  let raw = false;
  const draft = h("textarea.draft", { rows: 1, placeholder: `Message ${stream.name}`, "aria-label": `Message ${stream.name}` });
  draft.value = person.drafts.get(stream.id) ?? "";
  const offered = h("ul.offered", { role: "listbox", "aria-label": "People", hidden: true });
  const chips = h("ul.files.pending");
  const wrap = (/** @type {string} */ mark) => () => {
    const { selectionStart: from, selectionEnd: to, value } = draft;
    draft.setRangeText(mark + value.slice(from, to) + mark, from, to, "end");
    draft.focus();
  };
  const tool = (/** @type {string} */ sign, /** @type {string} */ name, /** @type {() => void} */ act) => h("button.ghost.fmt", { type: "button", "aria-label": name, title: name, onclick: act }, icon(sign));
  const pick = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files", onchange: () => { files.push(...pick.files); pick.value = ""; drawFiles(); } });
  const toggle = h("button.ghost.word", { type: "button", "aria-pressed": "false", onclick: () => {
    raw = !raw;
    toggle.setAttribute("aria-pressed", String(raw));
    draft.classList.toggle("mono", raw);
    if (raw) draft.value = messageML(draft.value, chosen);
    draft.focus();
  } }, icon("code"), "MessageML");
  const outside = stream.crossPod;
  const audience = h("span.audience", { "data-outside": outside }, outside ? [icon("external"), "Another company reads this"] : stream.type === "IM" ? `${stream.name} reads this` : "");
  const node = h("form.composer", {}, chips, draft, offered, pick, h("div.tools", {}, tool("bold", "Bold", wrap("**")), tool("italic", "Italic", wrap("_")),
    tool("list", "List", () => { draft.setRangeText("\n- ", draft.selectionStart, draft.selectionEnd, "end"); draft.focus(); }), tool("at", "Mention", () => { draft.setRangeText("@", draft.selectionStart, draft.selectionEnd, "end"); draft.focus(); }),
    h("button.ghost", { type: "button", "aria-label": "Attach files", title: "Attach files", onclick: () => pick.click() }, icon("clip")), h("span.rule"), toggle, audience, h("button.primary.send", { type: "submit" }, "Send ", h("kbd", {}, "Enter"))));

  function drawFiles() {
    chips.replaceChildren(...files.map((file) => h("li", {}, h("button.file", { type: "button", "aria-label": `Remove ${file.name}`, onclick: () => { files = files.filter((each) => each !== file); drawFiles(); } }, icon("file"), file.name, h("span.quiet.num", {}, sizeOf(file.size)), icon("close")))));
  }
  draft.addEventListener("input", async () => {
    person.drafts.set(stream.id, draft.value);
    const word = /(?:^|\s)@([\p{L}\p{N}. -]{1,40})$/u.exec(draft.value.slice(0, draft.selectionStart));
    if (raw || !word || [...chosen.keys()].some((name) => word[1].startsWith(name))) { offered.hidden = true; return; }
    const people = await person.search(word[1]).catch(() => []);
    if (!draft.value.slice(0, draft.selectionStart).endsWith(`@${word[1]}`)) return;
    offered.hidden = !people.length;
    offered.replaceChildren(...people.slice(0, 6).map((/** @type {any} */ who, /** @type {number} */ at) => h("li", { role: "option", "aria-selected": at === 0 ? "true" : "false", onmousedown: (/** @type {Event} */ event) => { event.preventDefault(); mention(who, word[1]); } }, face(who, ".tiny"), h("b", {}, who.displayName), h("small", {}, who.company))));
    offered.onchoose = () => mention(people[0], word[1]);
  });
  function mention(/** @type {any} */ who, /** @type {string} */ typed) {
    chosen.set(who.displayName, who.id);
    const at = draft.selectionStart;
    draft.setRangeText(`@${who.displayName} `, at - typed.length - 1, at, "end");
    person.drafts.set(stream.id, draft.value);
    offered.hidden = true;
  }
  draft.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") offered.hidden = true;
    if ((event.key !== "Enter" && event.key !== "Tab") || event.shiftKey || event.isComposing) return;
    if (!offered.hidden) { event.preventDefault(); offered.onchoose(); return; }
    if (event.key === "Enter") { event.preventDefault(); node.requestSubmit(); }
  });
  node.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    const text = draft.value;
    if (!text.trim() && !files.length) return;
    const message = raw ? text : messageML(text, chosen), sent = files;
    draft.value = "";
    files = [];
    drawFiles();
    person.drafts.delete(stream.id);
    send(person, stream, message, text, sent);
  });
  return node;
}

/**
 * Send a message; where it is refused, what was written stays in the conversation with the reason, and can be sent again.
 * @param {import("./person.js").Person} person @param {import("./person.js").Stream} stream @param {string} message @param {string} text @param {File[]} files
 */
async function send(person, stream, message, text, files) {
  const form = new FormData();
  form.append("message", message);
  for (const file of files) form.append("attachment", file);
  try { await person.call("POST", `/agent/v4/stream/${stream.id}/message/create`, form); } catch (error) {
    const why = error instanceof Error ? error.message : String(error), status = error instanceof Refused ? `, ${error.status}` : "";
    const again = () => { row.remove(); send(person, stream, message, text, files); };
    const missing = person.app ? /has no permission ([A-Z_]+(?: (?:and|or) [A-Z_]+)*)/.exec(why) : null;
    const allow = async () => {
      const app = (await control("GET", "apps")).find((/** @type {any} */ each) => each.id === person.app);
      await control("PATCH", `apps/${person.app}`, { permissions: [...new Set([...app.permissions, ...(missing?.[1] ?? "").split(/ and | or /)])] });
      again();
    };
    const acts = [h("a", { href: "#/calls" }, "See the call"), missing ? h("button.link", { type: "button", onclick: allow }, "Allow and send") : h("button.link", { type: "button", onclick: again }, "Send again"), h("button.link", { type: "button", onclick: () => row.remove() }, "Discard")];
    const row = h("li.message", { "data-refused": true }, h("span.lead", {}, face(person.me)), h("div.body", {}, h("p.by", {}, h("b", {}, person.me.displayName), person.app ? h("span.via", {}, `via ${person.app}`) : null), h("p", {}, text), reason(`Not sent${status}. `, why, ...acts)), h("time.num", {}, clockTime(Date.now())));
    person.tell("failed", stream.id, row);
    say(`Not sent: ${why}`);
  }
}
