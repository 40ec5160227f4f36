// A pod for tests: one file to copy. It is the pod that `symphony-emulator exec -- npx vitest run` (or a container) put
// into SYMPHONY_EMULATOR_URL, or else one that it starts itself.
import { spawn, type ChildProcess } from "node:child_process";
import { createSign } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Json = any;

export class SymphonyPod {
  /** The pod at an address; `token` is what its control plane asks for, if it does. */
  constructor(
    readonly url: string,
    private readonly token?: string,
    private readonly emulator?: ChildProcess,
  ) {}

  /** The pod that serves this run; one is started when there is none, and lives until `stop`. */
  static async here(): Promise<SymphonyPod> {
    const served = process.env.SYMPHONY_EMULATOR_URL;
    if (served) return new SymphonyPod(served, process.env.SYMPHONY_EMULATOR_TOKEN);
    const home = mkdtempSync(join(tmpdir(), "symphony-"));
    const flags = ["serve", "--quiet", "--port", "0", "--home", home];
    const emulator = spawn("symphony-emulator", flags, { stdio: ["ignore", "pipe", "inherit"] });
    const line = await new Promise<Buffer>((ready, failed) => emulator.on("error", failed).stdout.once("data", ready));
    return new SymphonyPod(JSON.parse(line.toString()).url, undefined, emulator);
  }

  /** End the pod, if it was started here. */
  stop(): void {
    this.emulator?.kill();
  }

  /** Back to the world as it was loaded, with an empty journal. */
  async reset(): Promise<void> {
    await this.control("POST", "/reset", {});
    await this.control("DELETE", "/requests");
  }

  /** The private key of an app, as PEM. */
  async key(app: string): Promise<string> {
    return (await this.control("GET", `/apps/${app}/key`)).text();
  }

  async userId(username: string): Promise<number> {
    const [user] = await (await this.control("GET", `/users?who=${username}`)).json();
    return user.id;
  }

  /** Take a permission away from an app. */
  async revoke(app: string, permission: string): Promise<void> {
    const apps: Json[] = await (await this.control("GET", "/apps")).json();
    const left = apps.find((each) => each.id === app).permissions.filter((each: string) => each !== permission);
    await this.control("PATCH", `/apps/${app}`, { permissions: left });
  }

  /** What was called, oldest first: by `path`, `method`, `app`, `user`, `status`. */
  async requests(wanted: Record<string, string> = {}): Promise<Json[]> {
    return (await this.control("GET", `/requests?${new URLSearchParams(wanted)}`)).json();
  }

  /** A call of the control plane. */
  async control(method: string, path: string, body?: Json): Promise<Response> {
    const headers: Record<string, string> = this.token ? { Authorization: `Bearer ${this.token}` } : {};
    const answer = await fetch(`${this.url}/emulator/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer;
  }

  /** Log in as an app does, with a JWT signed with its key, and then on behalf of a user. */
  async login(app: string, username: string): Promise<Client> {
    const token = signed({ sub: app, exp: Math.floor(Date.now() / 1000) + 240 }, await this.key(app));
    const ofApp = await (await new Client(this.url).post("/login/pubkey/app/authenticate", { token })).json();
    const path = `/login/pubkey/app/username/${username}/authenticate`;
    const ofUser = await (await new Client(this.url, ofApp.token).post(path, {})).json();
    return new Client(this.url, ofUser.token);
  }
}

/** Calls in one session. A refusal says why in the header X-Emulator-Reason. */
export class Client {
  private readonly headers: Record<string, string>;

  constructor(
    private readonly url: string,
    session?: string,
  ) {
    this.headers = session ? { sessionToken: session } : {};
  }

  get(path: string): Promise<Response> {
    return fetch(this.url + path, { headers: this.headers });
  }

  post(path: string, body: Json): Promise<Response> {
    const headers = { ...this.headers, "Content-Type": "application/json" };
    return fetch(this.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  /** Send a message in MessageML. */
  send(stream: string, message: string): Promise<Response> {
    const body = new FormData();
    body.append("message", message);
    return fetch(`${this.url}/agent/v4/stream/${stream}/message/create`, { method: "POST", headers: this.headers, body });
  }
}

function signed(claims: object, pem: string): string {
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const said = `${encoded({ alg: "RS512" })}.${encoded(claims)}`;
  return `${said}.${createSign("RSA-SHA512").update(said).sign(pem, "base64url")}`;
}
