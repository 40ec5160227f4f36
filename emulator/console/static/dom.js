// Nodes, never markup from text: what all views are built with.

/**
 * h("div.row", {title: "x"}, children...): an element. Strings become text, null and false vanish.
 * @param {string} spec @param {Record<string, any>} [props] @param {...any} children @returns {any}
 */
export function h(spec, props = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return node;
}

/** @param {string} tag @param {Record<string, any>} props @param {...Node} children @returns {SVGElement} */
export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** @param {string} name of a symbol of the sprite in the page */
export const icon = (name) => svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/** Read out to who does not see the page. @param {string} text */
export const say = (text) => { byId("say").textContent = text; };

/** One of the twelve hues, the same on every screen (FNV-1a with a last mix). @param {string} username */
export function hueOf(username) {
  let hash = 2166136296;
  for (const c of username) hash = Math.imul(hash ^ (c.codePointAt(0) ?? 0), 16777619) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507) >>> 0;
  return ((hash ^ (hash >>> 13)) >>> 0) % 12;
}

/**
 * A person's face: initials on the person's hue, and presence where it is known.
 * @param {{username?: string, displayName?: string, accountType?: string}} who
 * @param {string} [size] ".tiny" or ".large" @param {string} [presence] a category of production's
 */
export function face(who, size = "", presence = "") {
  const name = who.displayName ?? who.username ?? "?";
  const letters = name.split(" ").filter(Boolean).map((word) => [...word][0]).join("").slice(0, 2).toUpperCase();
  const shown = { AVAILABLE: "available", BUSY: "busy", DO_NOT_DISTURB: "busy", ON_THE_PHONE: "busy", IN_A_MEETING: "busy", AWAY: "away", BE_RIGHT_BACK: "away", OUT_OF_OFFICE: "away", OFF_WORK: "away", OFFLINE: "offline" }[presence];
  return h(`span.face${size}`, { "data-hue": hueOf(name), "aria-hidden": "true", "data-bot": who.accountType === "SYSTEM" },
    letters, shown ? h("i", { "data-presence": shown }) : null);
}

/** @param {number} at ms */
export const clockTime = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
/** @param {number} at ms */
export const dayOf = (at) => new Date(at).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });
/** @param {number} size bytes */
export const sizeOf = (size) => (size < 1024 ? `${size} B` : size < 1048576 ? `${Math.round(size / 1024)} kB` : `${(size / 1048576).toFixed(1)} MB`);

/**
 * A refusal in the one shape that all views use: sign, sentence, next steps.
 * @param {string} lead @param {string} why @param {...any} acts
 */
export const reason = (lead, why, ...acts) =>
  h("div.reason", { role: "alert" }, icon("no"), h("span", {}, h("b", {}, lead), why), acts.length ? h("span.acts", {}, acts) : null);

/** A state that fills a pane: what is the case, and the next step. @param {string} sign @param {string} what @param {any} text @param {...any} acts */
export const state = (sign, what, text, ...acts) =>
  h("div.fill", {}, h("div.state", { class: sign === "no" ? "state bad" : "state" }, icon(sign), h("b", {}, what), h("p", {}, text), acts.length ? h("div.acts", {}, acts) : null));
