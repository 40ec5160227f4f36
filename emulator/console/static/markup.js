// PresentationML on the screen. It is untrusted: it is parsed as XML apart from the page, and for each element that is
// on the list a node of our own is made. Attributes are read one by one for what they mean, never copied.
import { h, icon } from "./dom.js";
import { group, controls } from "./forms.js";

const PLAIN = new Set(["p", "b", "i", "em", "strong", "u", "s", "ul", "ol", "li", "br", "hr", "code", "pre", "span", "div", "thead", "tbody", "tfoot", "tr", "sub", "sup"]);
const GONE = new Set(["script", "style", "iframe", "object", "embed", "svg", "math", "link", "meta", "base", "template", "noscript", "title"]);
const HEADINGS = /^h[1-6]$/;
const STYLES = ["color", "background-color", "font-weight", "font-style", "text-align", "text-decoration", "width", "min-width", "max-width", "white-space", "padding", "margin", "border", "vertical-align", "font-size", "line-height"];
const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:", "symphony:", "sip:"]);
const MOST_DEPTH = 60;

/**
 * @typedef {{me: number, message: string, submit: (form: string, values: Record<string, any>) => Promise<void>,
 *   people: (text: string) => Promise<any[]>, act: (what: string, ids: string) => void,
 *   entities: Record<string, any>, form?: any, labels: Map<string, string>}} Around
 */

/**
 * The nodes of a message. What is not XML is shown as the text that it is.
 * @param {string} markup @param {string} data EntityJSON @param {Omit<Around, "entities" | "labels">} around
 */
export function rendered(markup, data, around) {
  const parsed = new DOMParser().parseFromString(markup, "application/xml");
  const root = parsed.documentElement;
  if (parsed.getElementsByTagName("parsererror").length) return [h("p", {}, markup.replace(/<[^>]*>/g, ""))];
  let entities = {};
  try { entities = JSON.parse(data || "{}"); } catch { /* no entities then */ }
  return tidy(children(root, { ...around, entities, labels: new Map() }, 0));
}

/** Loose text gets a paragraph of its own. @param {Node[]} nodes */
function tidy(nodes) {
  const out = [];
  let line = null;
  for (const node of nodes) {
    const block = node instanceof HTMLElement && /^(P|DIV|UL|OL|PRE|FORM|DETAILS|H4|HR|TABLE)$/.test(node.tagName);
    if (block) { out.push(node); line = null; } else {
      if (!line && !(node.textContent ?? "").trim() && !(node instanceof HTMLElement)) continue;
      if (!line) out.push((line = h("p")));
      line.append(node);
    }
  }
  return out;
}

/** @param {Element} from @param {Around} around @param {number} depth @returns {any[]} */
export function children(from, around, depth) {
  if (depth > MOST_DEPTH) return [from.textContent ?? ""];
  return [...from.childNodes].flatMap((node) => {
    if (node.nodeType === 3 || node.nodeType === 4) return [document.createTextNode(node.nodeValue ?? "")];
    return node.nodeType === 1 ? element(/** @type {Element} */ (node), around, depth + 1) : [];
  });
}

/** @param {Element} from @param {Around} around @param {number} depth @returns {any[]} */
function element(from, around, depth) {
  const tag = from.localName.toLowerCase();
  if (GONE.has(tag)) return [];
  const inside = () => children(from, around, depth);
  const kind = from.getAttribute("class") ?? "";
  const entity = from.getAttribute("data-entity-id");
  if (entity && Object.hasOwn(around.entities, entity)) {
    const made = entityNode(around.entities[entity], from.textContent ?? "", around);
    if (made) return [made];
  }
  if (tag === "form") return [form(from, around, depth)];
  if (tag === "a") return [link(from.getAttribute("href") ?? "", inside())];
  if (tag === "img") return [picture(from)];
  if (tag === "audio") return [h("span.quiet", {}, icon("bell"), " Chime")];
  if (HEADINGS.test(tag)) return [h("h4", { class: `m-${tag}` }, inside())];
  if (tag === "table") return [h("div.table-box", {}, h("table", {}, inside()))];
  if (tag === "td" || tag === "th") return [styled(from, h(tag, { colspan: number(from, "colspan"), rowspan: number(from, "rowspan") }, inside()))];
  if (tag === "dialog" || kind === "expandable-card") return [folding(from, around, depth)];
  if (kind === "card") return [h("div.card.flat", {}, inside())];
  if (kind === "cardHeader") return [h("div.card-head", {}, inside())];
  if (kind === "cardBody") return [h("div.card-body", {}, inside())];
  if (kind === "ui-action") return [uiAction(from, around)];
  const made = group(from, around) ?? controls(from, around);
  if (made) return [made];
  if (PLAIN.has(tag)) {
    const node = styled(from, h(tag, {}, inside()));
    const tempo = kind.split(/\s+/).filter((name) => /^tempo-[a-z-]{1,60}$/.test(name));
    node.classList.add(...tempo);
    return [node];
  }
  return inside();
}

/** @param {Element} from @param {string} name */
const number = (from, name) => (/^[1-9]\d{0,2}$/.test(from.getAttribute(name) ?? "") ? from.getAttribute(name) : null);

/** @param {Element} from @param {HTMLElement} node */
function styled(from, node) {
  const wanted = from.getAttribute("style");
  if (!wanted) return node;
  for (const each of wanted.split(";")) {
    const [name, value] = each.split(":").map((part) => part.trim());
    if (value && STYLES.includes(name) && /^[\w\s#%.,()+-]{1,80}$/.test(value) && !/url|expression|image|attr|var/i.test(value)) node.style.setProperty(name, value);
  }
  return node;
}

/** @param {string} address @param {any[]} inside */
function link(address, inside) {
  let url = null;
  try { url = new URL(address); } catch { /* not an address */ }
  if (!url || !SCHEMES.has(url.protocol)) return h("span", {}, inside);
  return h("a.tag", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, inside);
}

/** Pictures come from the emulator's own origin; others are links. @param {Element} from */
function picture(from) {
  const address = from.getAttribute("src") ?? "";
  let url = null;
  try { url = new URL(address, location.href); } catch { /* not an address */ }
  if (url && url.origin === location.origin && url.pathname.includes("/avatars/")) return h("img", { src: url.href, alt: from.getAttribute("alt") ?? "" });
  return link(address, [icon("file"), from.getAttribute("alt") || address || "picture"]);
}

/** @param {any} entity @param {string} text @param {Around} around */
function entityNode(entity, text, around) {
  const value = String(entity?.id?.[0]?.value ?? "");
  switch (entity?.type) {
    case "com.symphony.user.mention":
      return h("span.mention", { class: Number(value) === around.me ? "mention me" : "mention", "data-user": value }, text);
    case "org.symphonyoss.taxonomy":
      return tag(`#${value}`, "tag", [["Hashtag", value]]);
    case "org.symphonyoss.fin.security":
      return tag(`$${value}`, "tag cash", [["Cashtag", value], ["Known by", String(entity.id?.[0]?.type ?? "").replace(/.*\./, "")]]);
    case "com.symphony.emoji":
      return h("span", { role: "img", "aria-label": String(entity.data?.shortcode ?? "emoji") }, String(entity.data?.unicode ?? text));
    default: return null;
  }
}

/** A tag with its card. @param {string} text @param {string} kind @param {string[][]} facts */
function tag(text, kind, facts) {
  const card = h("span.hovercard", { role: "tooltip", hidden: true }, facts.map(([name, value]) => h("span", {}, h("small", {}, `${name} `), value, h("br"))));
  const place = () => {
    const box = node.getBoundingClientRect();
    card.hidden = false;
    card.style.insetInlineStart = `${Math.max(8, Math.min(box.left, innerWidth - 290))}px`;
    card.style.insetBlockStart = `${box.bottom + 6 + card.offsetHeight > innerHeight ? box.top - card.offsetHeight - 6 : box.bottom + 6}px`;
  };
  const hide = () => { card.hidden = true; };
  const node = h("span", { class: kind, tabindex: "0", onmouseenter: place, onmouseleave: hide, onfocus: place, onblur: hide }, text, card);
  return node;
}

/** @param {Element} from @param {Around} around @param {number} depth */
function folding(from, around, depth) {
  const heads = new Set(["expandableCardHeader", "dialog-title"]);
  const parts = [...from.children];
  const head = parts.find((part) => heads.has(part.getAttribute("class") ?? ""));
  const rest = parts.filter((part) => part !== head).flatMap((part) => [h("div.card-body", {}, children(part, around, depth))]);
  return h("details.card", { open: from.getAttribute("data-state") !== "collapsed" },
    h("summary", {}, icon("right"), h("b", {}, head?.textContent ?? "Card")), rest);
}

/** @param {Element} from @param {Around} around */
function uiAction(from, around) {
  const what = from.getAttribute("data-action") ?? "";
  return h("button", { type: "button", onclick: () => around.act(what, from.getAttribute("data-user-ids") ?? "") }, from.textContent?.trim() || what);
}

/** @param {Element} from @param {Around} around @param {number} depth */
function form(from, around, depth) {
  const id = from.getAttribute("id") ?? "";
  const fields = { list: /** @type {any[]} */ ([]), auto: (/** @type {string} */ _) => {} };
  const node = h("form.elements", { novalidate: true, "data-form": id });
  const inner = { ...around, form: fields };
  const foot = h("div.buttons");
  node.append(...children(from, inner, depth));
  const buttons = [...node.children].filter((each) => each.tagName === "BUTTON");
  foot.append(...buttons);
  const note = h("span.quiet", { role: "status" });
  foot.append(note);
  node.append(foot);
  const again = from.getAttribute("data-multi-submit");
  /** @param {string} action @param {boolean} unchecked */
  const send = async (action, unchecked) => {
    const wrong = fields.list.map((field) => field.check(unchecked)).filter(Boolean);
    if (wrong.length) { wrong[0].focus(); return; }
    /** @type {Record<string, any>} */
    const values = { action };
    for (const field of fields.list) {
      const value = field.read();
      if (value === undefined) continue;
      values[field.name] = Object.hasOwn(values, field.name) && field.name !== "action" ? [values[field.name], value].flat() : value;
    }
    try {
      await around.submit(id, values);
      note.textContent = `Sent at ${new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
      if (again === "reset") node.reset();
      else if (again !== "no-reset") for (const each of node.querySelectorAll("input, select, textarea, button")) each.disabled = true;
    } catch (error) { note.textContent = `Not sent: ${error instanceof Error ? error.message : error}`; }
  };
  fields.auto = (name) => send(name, false);
  node.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    send(button?.dataset.action ?? "", button?.dataset.unchecked === "true");
  });
  return node;
}
