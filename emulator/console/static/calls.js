// The journal, live: who called what through which app, what was answered and why.
import { face, h, icon, reason, state } from "./dom.js";
import { control } from "./wire.js";

const MOST_ROWS = 400;

/** What a filter's words ask of a call: status:4xx app:x user:y method:z, other words are looked for in path and reason. @param {string} text */
export function fits(text) {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return (/** @type {any} */ call) => words.every((word) => {
    const [name, value] = word.includes(":") ? word.split(/:(.*)/s) : ["", word];
    if (name === "status") return value.endsWith("xx") ? String(call.status)[0] === value[0] : String(call.status) === value;
    if (name === "app" || name === "user" || name === "method") return String(call[name] ?? "").toLowerCase() === value;
    return `${call.path} ${call.reason ?? ""}`.toLowerCase().includes(word);
  });
}

/** @param {number} at */
const stamp = (at) => `${new Date(at).toLocaleTimeString("en-GB")}.${String(at % 1000).padStart(3, "0")}`;

/** @param {string[]} played users whose own sessions are the console's @param {string} chosen the number of a call @param {any} world */
export function calls(played, chosen, world) {
  const users = /** @type {any[]} */ (world.users);
  const names = new Map([...world.streams.map((/** @type {any} */ each) => [each.id, each.name]), ...users.map((each) => [String(each.id), each.username])]);
  const named = (/** @type {string} */ path) => path.split(/(?<=\/)/).map((part) => { const id = part.replace(/\/$/, ""), name = names.get(id); return name ? [h("em", { title: id }, name), part.endsWith("/") ? "/" : ""] : part; });
  let list = /** @type {any[]} */ ([]), since = 0, live = true, own = false;
  const body = h("tbody"), input = h("input", { placeholder: "status:4xx app:acme-desk user:alice path", "aria-label": "Filter calls", "data-find": true });
  const follow = h("button.toggle", { type: "button", "aria-pressed": "true", onclick: () => { live = !live; follow.setAttribute("aria-pressed", String(live)); if (live) draw(); } }, h("span.dot"), "Live");
  const console = h("button.toggle", { type: "button", "aria-pressed": "false", title: "The calls that this console makes for whom you play", onclick: () => { own = !own; console.setAttribute("aria-pressed", String(own)); draw(); } }, h("span.dot"), "Console");
  const empty = h("div.nothing"), inspector = h("aside.pane.inspector", { "aria-label": "The call" });
  const view = h("div.calls.view", {}, h("section.pane.journal", {}, h("header.head", {}, h("h2", {}, "Calls"), h("label.filter", {}, icon("filter"), input), follow, console),
    h("div.grid-box", { tabindex: "0" }, h("table.blotter", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Answer"), h("th.c-path", { scope: "col" }, "Call"), h("th.c-app", { scope: "col" }, "App"), h("th.c-as", { scope: "col" }, "As"), h("th.c-why", { scope: "col" }, "Reason"), h("th.n.c-ms", { scope: "col" }, "ms"), h("th.n", { scope: "col" }, "Time"))), body), empty)), inspector);
  const row = (/** @type {any} */ call) => h("tr", { "data-status": String(call.status)[0], "aria-selected": String(call.number) === chosen ? "true" : "false", tabindex: "0", onclick: () => { location.hash = `#/calls/${call.number}`; } },
    h("td", {}, h("span", { class: `code ${call.status < 400 ? "ok" : "refused"}` }, String(call.status || "cut"))), h("td.mono.c-path", { title: call.path }, h("b", {}, call.method), " ", named(call.path)),
    h("td.c-app", {}, call.app ?? h("span.quiet", {}, "own session")), h("td.c-as", {}, h("span.as", {}, call.user ? [face(users.find((each) => each.username === call.user) ?? { username: call.user }, ".tiny"), call.user] : "")), h("td.c-why", { title: call.reason ?? "" }, call.reason ?? ""), h("td.n.num.quiet.c-ms", {}, call.tookMs.toFixed(1)), h("td.n.num", {}, stamp(call.at)));
  function draw() {
    const wanted = fits(input.value);
    const shown = list.filter((call) => (own || call.app || !played.includes(call.user)) && wanted(call)).slice(-MOST_ROWS).reverse();
    body.replaceChildren(...shown.map(row));
    empty.replaceChildren(...(shown.length ? [] : [input.value ? state("filter", `No call matches ${input.value}`, `${list.length} calls are remembered.`) : state("calls", "Nothing has called yet", "Point your app here, and its calls appear. Those of this console show with the switch above.")]));
  }
  function inspect() {
    const call = list.find((each) => String(each.number) === chosen);
    view.toggleAttribute("data-open", Boolean(call));
    if (!call) return;
    const command = curl(call);
    inspector.replaceChildren(h("header.head", {}, h("span", { class: `code ${call.status < 400 ? "ok" : "refused"}` }, String(call.status)), h("h2", {}, call.status < 400 ? "Answered" : "Refused"), h("span.quiet.num", {}, `${stamp(call.at)}, ${call.tookMs.toFixed(1)} ms`), h("span.push"), h("a.ghost", { href: "#/calls", "aria-label": "Close" }, icon("close"))),
      h("div.scroll", { tabindex: "0" }, h("p.mono.path", {}, h("b", {}, call.method), " ", named(call.path), call.query ? `?${call.query}` : ""), call.reason ? reason("", call.reason) : null,
        h("dl.facts", {}, h("dt", {}, "Acting"), h("dd", {}, call.user ?? "nobody", h("span.quiet", {}, "through"), call.app ?? "a session of their own"), h("dt", {}, "Endpoint"), h("dd.mono", {}, call.endpoint ?? "none")),
        call.notes.length ? [h("h3", {}, "Notes"), call.notes.map((/** @type {string} */ note) => h("p", {}, note))] : null,
        call.request ? [h("h3", {}, "Request"), h("pre", { tabindex: "0" }, h("code", {}, pretty(call.request)))] : null, call.response ? [h("h3", {}, "Answer"), h("pre", { tabindex: "0" }, h("code", {}, pretty(call.response)))] : null,
        h("h3", {}, "As curl", h("button.ghost", { type: "button", "aria-label": "Copy", onclick: () => navigator.clipboard.writeText(command) }, icon("copy"))), h("pre", { tabindex: "0" }, h("code", {}, command))));
  }
  async function follows() {
    while (since === 0 || view.isConnected) {
      try {
        const found = await control("GET", `requests?since=${since}&limit=2000`);
        if (found.length) {
          since = found.at(-1).number;
          list = [...list, ...found].slice(-2000);
          if (live) draw();
        } else if (since === 0) { since = -1; draw(); }
        if (chosen && !view.hasAttribute("data-open")) inspect();
        since = Math.max(since, 0) || 0;
      } catch { /* the dock says it */ }
      await new Promise((after) => setTimeout(after, 400));
      if (!view.isConnected) return;
    }
  }
  input.addEventListener("input", draw);
  body.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const at = /** @type {any} */ (event.target);
    if (event.key === "Enter") at.click();
    const next = event.key === "ArrowDown" ? at.nextElementSibling : event.key === "ArrowUp" ? at.previousElementSibling : null;
    if (next) { event.preventDefault(); next.focus(); }
  });
  follows();
  return view;
}

/** @param {string} text */
function pretty(text) {
  const fields = parted(text);
  if (fields) return fields.map(([name, value]) => `${name}: ${value}`).join("\n");
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

/** The fields of a multipart body, as far as the journal kept it. @param {string} text @returns {string[][] | null} */
function parted(text) {
  const boundary = /^--\S+/.exec(text)?.[0];
  if (!boundary) return null;
  return text.split(boundary).flatMap((part) => {
    const found = /name="([^"]*)"[^]*?\r?\n\r?\n([^]*?)\r?\n?$/.exec(part);
    return found ? [[found[1], found[2]]] : [];
  });
}

/** @param {any} call */
function curl(call) {
  const quoted = (/** @type {string} */ text) => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = [`curl -sS -X ${call.method} "$POD${call.path}${call.query ? `?${call.query}` : ""}"`, '-H "sessionToken: $TOKEN"'];
  const fields = parted(call.request ?? "");
  if (fields) lines.push(...fields.map(([name, value]) => `--form-string ${quoted(`${name}=${value}`)}`));
  else if (call.request) lines.push(/^\s*[[{]/.test(call.request) ? `-H 'Content-Type: application/json' -d ${quoted(call.request)}` : `--data-raw ${quoted(call.request)}`);
  return lines.join(" \\\n  ");
}
