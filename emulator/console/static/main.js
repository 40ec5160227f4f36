// The shell: routes, the bar, the dock, the keys; one source of events for all that is shown.
import { byId, h, hueOf, state } from "./dom.js";
import { Refused, control, listen } from "./wire.js";
import { parts, query } from "./route.js";
import { personOf, worldClock } from "./person.js";
import { streamList } from "./streams.js";
import { detailsPane, talk } from "./talk.js";
import { askToken, who } from "./who.js";
import { calls } from "./calls.js";
import { permissions } from "./permissions.js";

const main = byId("main");
/** @type {Map<string, Promise<import("./person.js").Person>>} */
const people = new Map();
let listening = false, world = /** @type {any} */ (null), seen = 0;

/** @param {string} user @param {string | null} app */
function person(user, app) {
  const key = `${user} ${app ?? ""}`;
  if (!people.has(key)) people.set(key, personOf(user, app));
  return /** @type {Promise<import("./person.js").Person>} */ (people.get(key));
}

/** @param {import("./person.js").Person} played @param {string} sid @param {boolean} list @param {boolean} beside */
function client(played, sid, list, beside) {
  return h("div.client", { "data-list": list, "data-beside": beside, "data-hue": hueOf(played.me.displayName) }, h("div.client-panes", {}, streamList(played, sid), talk(played, sid, beside), beside ? null : detailsPane(played, sid)));
}

async function chat(/** @type {string | undefined} */ sid) {
  const user = query.get("as");
  if (!user) return who(world);
  const app = query.get("app"), beside = query.get("beside");
  if (!beside) {
    const played = await person(user, app);
    return client(played, sid ?? "", !sid, false);
  }
  const [left, right] = await Promise.all([person(user, app), person(beside, null)]);
  const common = sid ?? [...left.streams.keys()].find((id) => right.streams.has(id)) ?? "";
  return h("div.duo", {}, client(left, common, false, true), client(right, right.streams.has(common) ? common : "", false, true));
}

let turn = 0;
async function show() {
  const mine = ++turn, [view = query.get("as") ? "chat" : "who", id] = parts();
  for (const tab of document.querySelectorAll(".tabs a")) tab.toggleAttribute("aria-current", /** @type {HTMLElement} */ (tab).dataset.tab === view);
  for (const tab of document.querySelectorAll(".tabs a[aria-current]")) tab.setAttribute("aria-current", "page");
  try {
    if (!world) {
      world = await control("GET", "world");
      worldClock.offset = world.clock.now - Date.now();
      byId("world").textContent = world.pod.name;
      live();
    }
    const played = [query.get("as"), query.get("beside")].filter((each) => each !== null);
    const made = view === "calls" ? calls(played, id ?? "", world) : view === "permissions" ? permissions() : view === "who" ? who(world) : await chat(id);
    if (mine !== turn) return;
    main.replaceChildren(made);
    document.title = `${{ calls: "Calls", permissions: "Permissions", who: "Who are you?" }[view] ?? "Chat"}, Symphony emulator`;
  } catch (error) {
    if (mine !== turn) return;
    if (error instanceof Refused && error.status === 403 && !world) main.replaceChildren(/token/.test(error.message) ? askToken(show) : state("no", "The control plane is closed to this page", error.message));
    else main.replaceChildren(state("no", error instanceof Refused ? "This cannot be shown" : "The emulator does not answer", error instanceof Error ? error.message : String(error), h("button", { type: "button", onclick: () => { people.clear(); show(); } }, "Try again"), h("a.button", { href: "#/who" }, "Be somebody else")));
  }
}

function live() {
  if (listening) return;
  listening = true;
  byId("host").textContent = location.host;
  const dock = byId("live");
  listen((event) => {
    byId("seen").textContent = String(++seen);
    for (const each of people.values()) each.then((played) => played.heard(event)).catch(() => {});
  }, (up) => {
    // What was said while nobody listened.
    if (up) for (const each of people.values()) each.then((played) => played.tell("again", "")).catch(() => {});
    dock.textContent = up ? "live" : "not answering";
    dock.closest(".live")?.toggleAttribute("data-down", !up);
  });
  const tick = () => {
    const now = new Date(Date.now() + worldClock.offset);
    byId("clock").textContent = now.toLocaleTimeString("en-GB");
    byId("date").textContent = now.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short" });
  };
  tick();
  setInterval(tick, 1000);
}

const VIEWS = ["chat", "calls", "permissions"];
addEventListener("keydown", (event) => {
  const field = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "Escape" && field) /** @type {HTMLElement} */ (event.target).blur();
  if (field || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") { event.preventDefault(); /** @type {HTMLElement | null} */ (document.querySelector("[data-find]"))?.focus(); }
  const view = VIEWS[Number(event.key) - 1];
  if (view) location.hash = `#/${view}`;
});
byId("theme").addEventListener("click", () => {
  const root = document.documentElement, dark = (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  root.dataset.theme = dark ? "light" : "dark";
});
if (query.get("theme")) document.documentElement.dataset.theme = query.get("theme") ?? "dark";
addEventListener("hashchange", show);
show();
