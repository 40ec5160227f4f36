// The elements of forms: how they look, what is asked of them, and what production sends for them.
import { h } from "./dom.js";

let count = 0;

/**
 * A field joins its form: `read` is what is sent (undefined: nothing is), `wrong` says what would be valid.
 * @param {any} around @param {{name: string, node: any, focus: any, read: () => any, wrong?: () => string}} field
 */
function join(around, { name, node, focus, read, wrong = () => "" }) {
  const why = h("em.why", { id: `why-${++count}` });
  around.form?.list.push({
    name, read,
    check(/** @type {boolean} */ unchecked) {
      const said = unchecked ? "" : wrong();
      why.textContent = said;
      focus.setAttribute("aria-invalid", said ? "true" : "false");
      if (said) { focus.setAttribute("aria-describedby", why.id); node.append(why); } else why.remove();
      return said ? focus : null;
    },
  });
  return node;
}

/** @param {Element} from @param {string} name */
const get = (from, name) => from.getAttribute(name) ?? from.getAttribute(`data-${name}`);
/** @param {Element} from */
const required = (from) => get(from, "required") === "true";

/** A group with its label: the field that is in it, named by it. @param {Element} from @param {any} around */
export function group(from, around) {
  const kind = from.getAttribute("class") ?? "";
  if (!kind.endsWith("-group") || !around.form) return null;
  const label = from.getElementsByTagName("label")[0]?.textContent ?? "";
  const hint = [...from.getElementsByTagName("span")].find((each) => each.getAttribute("class") === "info-hint")?.getAttribute("data-title");
  const inner = [...from.children].find((each) => each.localName !== "label" && each.getAttribute("class") !== "info-hint");
  return inner ? controls(inner, around, label, hint ?? "") : null;
}

/** @param {Element} from @param {any} around @param {string} [label] @param {string} [hint] @returns {any} */
export function controls(from, around, label = "", hint = "") {
  if (!around.form) return null;
  const tag = from.localName, kind = from.getAttribute("class") ?? "", type = from.getAttribute("type") ?? "";
  if (tag === "button") return button(from);
  if (tag === "input" && (type === "checkbox" || type === "radio")) return choice(from, around, type, label);
  if (tag === "input" || tag === "textarea") return text(from, around, tag, type, label, hint);
  if (tag === "select") return select(from, around, label, hint);
  if (kind === "person-selector") return persons(from, around, label, hint);
  if (kind === "timezone-picker") return zones(from, around, label, hint);
  if (kind === "room-selector") return null;
  return null;
}

/** @param {Element} from */
function button(from) {
  const reset = from.getAttribute("type") === "reset";
  return h("button", { type: reset ? "reset" : "submit", class: reset || /secondary|tertiary/.test(from.getAttribute("class") ?? "") ? "" : "primary",
    "data-action": from.getAttribute("name"), "data-unchecked": from.getAttribute("formnovalidate") === "true" }, from.textContent);
}

/** @param {Element} from @param {any} around @param {string} type @param {string} label */
function choice(from, around, type, label) {
  const name = from.getAttribute("name") ?? "";
  const input = h("input", { type, name, value: from.getAttribute("value") ?? "on", checked: from.getAttribute("checked") === "true" });
  const node = h("label.choice", {}, input, " ", label);
  return join(around, { name, node, focus: input, read: () => (input.checked ? input.value : undefined) });
}

/** @param {string} label @param {string} hint @param {any} input @param {boolean} must */
const field = (label, hint, input, must) =>
  h("label.field", { title: hint || null }, h("span", {}, label || input.name, must ? h("b", { "aria-hidden": "true" }, " *") : null), input);

/** @param {Element} from @param {any} around @param {string} tag @param {string} type @param {string} label @param {string} hint */
function text(from, around, tag, type, label, hint) {
  const name = from.getAttribute("name") ?? "", must = required(from);
  const shown = from.getAttribute("data-masked") === "true" ? "password" : ["date", "time"].includes(type) ? type : "text";
  const input = h(tag, { type: tag === "input" ? shown : null, name, placeholder: get(from, "placeholder"), min: from.getAttribute("min"), max: from.getAttribute("max"),
    step: type === "time" ? "1" : null, readonly: get(from, "readonly") === "true", disabled: get(from, "disabled") === "true", "aria-required": must ? "true" : null });
  input.defaultValue = tag === "textarea" ? from.textContent ?? "" : from.getAttribute("value") ?? "";
  const pattern = from.getAttribute("pattern"), least = Number(get(from, "minlength") ?? 0), most = Number(get(from, "maxlength") ?? 0);
  const wrong = () => {
    const value = input.value;
    if (!value) return must ? "Please fill this in" : "";
    if (pattern) {
      let fits = true;
      try { fits = new RegExp(`^(?:${pattern})$`, "u").test(value); } catch { /* no browser reads it: it is not asked */ }
      if (!fits) return get(from, "pattern-error-message") ?? `It should look like ${pattern}`;
    }
    if (least && value.length < least) return `${least} characters at least`;
    if (most && value.length > most) return `${most} characters at most`;
    if (input.min && value < input.min) return `Not before ${input.min}`;
    if (input.max && value > input.max) return `Not after ${input.max}`;
    return "";
  };
  if (get(from, "auto-submit") === "true") input.addEventListener("change", () => around.form.auto(name));
  const read = () => (type === "time" && input.value.length === 5 ? `${input.value}:00` : input.value);
  const node = field(label, hint, input, must);
  if (tag === "textarea") node.classList.add("wide");
  return join(around, { name, node, focus: input, read, wrong });
}

/** @param {Element} from @param {any} around @param {string} label @param {string} hint */
function select(from, around, label, hint) {
  const name = get(from, "name") ?? "", must = required(from), many = get(from, "multiple") === "true";
  const input = h("select", { name, multiple: many, "aria-required": must ? "true" : null });
  if (!many) input.append(h("option", { value: "" }, get(from, "placeholder") ?? ""));
  for (const option of from.getElementsByTagName("option"))
    input.append(h("option", { value: option.getAttribute("value") ?? "", selected: option.getAttribute("selected") === "true" }, option.textContent));
  if (get(from, "auto-submit") === "true") input.addEventListener("change", () => around.form.auto(name));
  return join(around, { name, node: field(label, hint, input, must), focus: input,
    read: () => (many ? [...input.selectedOptions].map((each) => each.value) : input.value),
    wrong: () => (must && !input.value ? "Please choose one" : "") });
}

/** @param {Element} from @param {any} around @param {string} label @param {string} hint */
function zones(from, around, label, hint) {
  const name = get(from, "name") ?? "", must = required(from), own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const input = h("select", { name }, h("option", { value: "" }, ""));
  const chosen = get(from, "value") ?? own;
  for (const zone of Intl.supportedValuesOf("timeZone")) input.append(h("option", { value: zone, selected: zone === chosen }, zone));
  return join(around, { name, node: field(label || "Time zone", hint, input, must), focus: input, read: () => input.value, wrong: () => (must && !input.value ? "Please choose one" : "") });
}

/** @param {Element} from @param {any} around @param {string} label @param {string} hint */
function persons(from, around, label, hint) {
  const name = get(from, "name") ?? "", must = required(from), list = `people-${++count}`;
  /** @type {Map<number, string>} */
  const chosen = new Map();
  /** @type {any[]} */
  let offered = [];
  const chips = h("span.chips"), known = h("datalist", { id: list });
  const input = h("input", { "aria-label": `${label || name}: add a person`, placeholder: get(from, "placeholder") ?? "Add", list });
  const draw = () => chips.replaceChildren(...[...chosen].map(([id, who]) => h("span.chip", {}, who,
    h("button", { type: "button", "aria-label": `Remove ${who}`, onclick: () => { chosen.delete(id); draw(); } }, "×"))), input, known);
  input.addEventListener("input", async () => {
    const hit = offered.find((each) => each.displayName === input.value);
    if (hit) { chosen.set(hit.id, hit.displayName); input.value = ""; draw(); input.focus(); return; }
    if (input.value.length < 2) return;
    offered = await around.people(input.value);
    known.replaceChildren(...offered.map((each) => h("option", { value: each.displayName })));
  });
  draw();
  const node = h("div.field.wide", { title: hint || null }, h("span", {}, label || name), chips);
  return join(around, { name, node, focus: input, read: () => [...chosen.keys()], wrong: () => (must && !chosen.size ? "Please add a person" : "") });
}
