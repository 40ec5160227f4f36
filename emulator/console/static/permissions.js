// Each app against the table: used, never used, refused; a switch takes effect on the next call.
import { h, icon, reason, svg } from "./dom.js";
import { control } from "./wire.js";

const GROUPS = [["Reads", /^(GET|LIST)_/], ["Writes", /^(SEND|CREATE|SET|REQUEST)_/], ["Manages", /./]];

/** What was counted for each app and permission. @param {any} api @param {any} report */
function counted(api, report) {
  /** @type {Map<string, string[]>} */
  const needs = new Map();
  for (const [path, methods] of Object.entries(api.paths)) for (const [method, operation] of Object.entries(methods)) needs.set(`${method.toUpperCase()} ${path}`, operation["x-permissions"] ?? []);
  /** @type {Map<string, Map<string, {ok: number, refused: number}>>} */
  const found = new Map();
  for (const app of report.apps) {
    const of = new Map();
    for (const call of app.called) for (const name of needs.get(call.endpoint) ?? []) of.set(name, { ok: (of.get(name)?.ok ?? 0) + call.ok, refused: 0 });
    for (const [name, count] of Object.entries(app.missing)) of.set(name, { ok: of.get(name)?.ok ?? 0, refused: count });
    found.set(app.app, of);
  }
  return { needs, found };
}

export function permissions() {
  const box = h("div.grid-box", { tabindex: "0" }), least = h("div.scroll"), said = h("div");
  const view = h("div.permissions.view", {}, h("section.pane", {}, h("header.head", {}, h("h2", {}, "Permissions"), h("span.quiet", {}, "A switch takes effect on the next call."), h("span.push"), h("span.legend", {}, h("span", {}, h("i.mk.used"), "used"), h("span", {}, h("i.mk.unused"), "never used"), h("span", {}, h("i.mk.denied"), "refused for want of it"))), said, box),
    h("aside.pane.least", { "aria-label": "Least privilege" }, h("header.head", {}, h("h2", {}, "Least privilege")), least));
  let api = /** @type {any} */ (null), chosen = "", last = "";
  async function draw() {
    api ??= await control("GET", "openapi.json");
    const [apps, report] = await Promise.all([control("GET", "apps"), control("GET", "report")]);
    const now = JSON.stringify([apps, report.apps, chosen]);
    if (now === last) return;
    last = now;
    const { needs, found } = counted(api, report);
    const names = [...new Set([...needs.values()].flat())].sort();
    for (const app of apps) for (const name of app.permissions) if (!names.includes(name) && name !== "ACT_AS_USER") names.push(name);
    const endpoints = (/** @type {string} */ name) => [...needs.values()].filter((each) => each.includes(name)).length;
    const off = (/** @type {any} */ app) => !app.enabled || (Array.isArray(app.installedFor) && !app.installedFor.length);
    const head = h("tr", {}, h("th", { scope: "col" }, "Permission"), h("th.n.c-ep", { scope: "col" }, "Endpoints"), apps.map((/** @type {any} */ app) => h("th", { scope: "col", class: off(app) ? "app off" : "app" }, app.id, h("small", {}, !app.enabled ? "disabled" : app.installedFor === "all" ? "installed for all" : `installed for ${app.installedFor.length || "nobody"}`))));
    const rest = new Set(names);
    const rows = GROUPS.flatMap(([title, rule]) => {
      const mine = names.filter((name) => rest.has(name) && /** @type {RegExp} */ (rule).test(name));
      mine.forEach((name) => rest.delete(name));
      return mine.length ? [h("tr.group", {}, h("th", { colspan: apps.length + 2, scope: "rowgroup" }, title)), ...mine.map((name) => h("tr", {}, h("th.mono", { scope: "row" }, name), h("td.n.quiet.num.c-ep", {}, String(endpoints(name))), apps.map((/** @type {any} */ app) => cell(app, name, found.get(app.id)?.get(name), off(app)))))] : [];
    });
    const held = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.switch;
    box.replaceChildren(h("table.matrix", {}, h("thead", {}, head), h("tbody", {}, rows)));
    if (held) box.querySelector(`[data-switch="${CSS.escape(held)}"]`)?.focus();
    chosen ||= apps[0]?.id ?? "";
    leastOf(apps, report);
  }
  function cell(/** @type {any} */ app, /** @type {string} */ name, /** @type {any} */ count, /** @type {boolean} */ off) {
    const on = app.permissions.includes(name), used = count?.ok ?? 0, refused = count?.refused ?? 0;
    return h("td", { class: off ? "cell off" : "cell" }, h("span", {}, used ? [h("b.num", {}, String(used)), h("i.mk.used")] : null, refused ? [h("b.num.bad", {}, String(refused)), h("i.mk.denied")] : null, !used && !refused && on ? h("i.mk.unused") : null,
      h("button.switch", { type: "button", role: "switch", "data-switch": `${app.id} ${name}`, "aria-checked": String(on), "aria-label": `${name} of ${app.id}, used ${used}, refused ${refused}`, disabled: off, onclick: () => set(app, on ? app.permissions.filter((/** @type {string} */ each) => each !== name) : [...app.permissions, name]) })));
  }
  async function set(/** @type {any} */ app, /** @type {string[]} */ wanted) {
    try { await control("PATCH", `apps/${encodeURIComponent(app.id)}`, { permissions: wanted }); said.replaceChildren(); } catch (error) { said.replaceChildren(reason("Not changed. ", error instanceof Error ? error.message : String(error))); }
    await draw();
  }
  function leastOf(/** @type {any[]} */ apps, /** @type {any} */ report) {
    const app = apps.find((each) => each.id === chosen);
    if (!app) return;
    const told = report.apps.find((/** @type {any} */ each) => each.app === chosen), used = told?.used ?? [], idle = app.permissions.filter((/** @type {string} */ each) => !used.includes(each)), all = app.permissions.length;
    const meter = svg("svg", { class: "meter", viewBox: `0 0 ${all * 20 || 20} 8`, preserveAspectRatio: "none", role: "img", "aria-label": `${used.length} of ${all}` }, ...app.permissions.map((/** @type {string} */ _, /** @type {number} */ at) => svg("rect", { x: at * 20, y: 0, width: 18, height: 8, class: at < used.length ? "on" : "rest" })));
    const shown = h("div", {}, h("div.segments.wide", { role: "tablist", "aria-label": "App" }, apps.slice(0, 2).map((each) => h("button", { type: "button", role: "tab", "aria-selected": String(each.id === chosen), onclick: () => { chosen = each.id; draw(); } }, each.id))),
      told ? [h("p.figure.num", {}, h("b", {}, String(used.length)), ` of ${all} would do`), meter, h("p.quiet", {}, "What was never called is not missed here."), h("h3", {}, "Used, keep"), h("ul.perms", {}, used.map((/** @type {string} */ each) => h("li", {}, h("i.mk.used"), h("span.mono", {}, each)))), h("h3", {}, "Granted for nothing"), h("ul.perms", {}, idle.map((/** @type {string} */ each) => h("li", {}, h("i.mk.unused"), h("span.mono", {}, each)))), idle.length ? h("button.primary", { type: "button", onclick: () => set(app, used) }, `Take ${idle.length} away`) : null]
        : h("div.state", {}, icon("key"), h("b", {}, `${chosen} has not called yet`), h("p", {}, "After its first call it says here which permissions it needs.")));
    least.replaceChildren(shown);
  }
  (async () => {
    for (;;) {
      try { await draw(); } catch (error) { said.replaceChildren(reason("Not shown. ", error instanceof Error ? error.message : String(error))); }
      await new Promise((after) => setTimeout(after, 1000));
      if (!view.isConnected) return;
    }
  })();
  return view;
}
