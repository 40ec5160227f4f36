// Sends the calls of a file to an address, see tests/test_wire.py.
import { readFileSync } from "node:fs";
const [url, file] = process.argv.slice(-2), kept = {};
const filled = (text, path) => text.replace(/{(\w+)}/g, (all, name) =>
  kept[name] === undefined ? all : path ? kept[name].replaceAll("%", "%25") : kept[name]);
for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
  const [method, path, type, encoded, keeps] = line.split("\t");
  const headers = {}, body = filled(Buffer.from(encoded, "base64").toString(), false);
  if (type) headers["Content-Type"] = type;
  if (kept.session) headers.sessionToken = kept.session;
  if (kept.keys) headers.keyManagerToken = kept.keys;
  const answer = await fetch(url + filled(path, true), { method, headers, ...(body && { body }) });
  const text = await answer.text();
  console.log(answer.status + " " + text);
  for (const keep of keeps.split(" ").filter(Boolean)) {
    const [name, field] = keep.split("=");
    const found = text.match(new RegExp(`"${field}":"([^"]+)"`));
    if (found) kept[name] = found[1];
  }
}
