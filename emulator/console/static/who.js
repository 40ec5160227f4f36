// The first page: whom one plays.
import { face, h, state } from "./dom.js";
import { control, useToken } from "./wire.js";
import { as } from "./route.js";

const MOST_SHOWN = 200;

/** @param {any} world */
export function who(world) {
  const list = h("div");
  const draw = (/** @type {string} */ wanted) => {
    const people = world.users.filter((/** @type {any} */ each) => `${each.displayName} ${each.username} ${each.company}`.toLowerCase().includes(wanted.toLowerCase())).slice(0, MOST_SHOWN);
    const companies = [...new Set(people.map((/** @type {any} */ each) => each.company))];
    list.replaceChildren(...companies.flatMap((company) => [h("h3", {}, company), h("div.faces", {}, people.filter((/** @type {any} */ each) => each.company === company).map((/** @type {any} */ each) => {
      const off = each.status !== "ENABLED";
      return h("a.person", { href: off ? null : as(each.username), "data-off": off, "aria-disabled": off ? "true" : false }, face(each, ".large"), h("b", {}, each.displayName), h("small", {}, off ? "deactivated" : each.role === "INDIVIDUAL" ? each.username : each.role.toLowerCase().replaceAll("_", " ")));
    }))]));
    if (!people.length) list.replaceChildren(h("p.quiet", {}, `Nobody is called '${wanted}'.`));
  };
  const find = h("input", { placeholder: "Find a person", "aria-label": "Find a person", oninput: () => draw(find.value) });
  draw("");
  return h("div.who.view", {}, h("div", {}, h("h2", {}, "Who are you?"), h("p.quiet", {}, "You may do what they may, and no more. Change at any time by the mark at the top left."), world.users.length > 12 ? find : null, list));
}

/** The address is not loopback: ask for the control token, which stays in this page's memory. @param {() => void} opened */
export function askToken(opened) {
  const input = h("input", { type: "password", "aria-label": "Control token", placeholder: "Token", autocomplete: "off" }), said = h("p.why", { role: "alert" });
  const open = async (/** @type {Event} */ event) => {
    event.preventDefault();
    useToken(input.value);
    try { await control("GET", "clock"); opened(); } catch (error) { said.textContent = error instanceof Error ? error.message : String(error); }
  };
  return state("key", "This address needs the control token", "The emulator printed it at its start. It stays in this page's memory.", h("form.line", { onsubmit: open }, input, h("button.primary", { type: "submit" }, "Open")), said);
}
