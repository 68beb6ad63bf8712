/** The bundle as VS Code loads it, with a `vscode` that only keeps books. */

import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import Module from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { PROGRAM } from "./server";

/** Anything that is asked of it, which can also be called, made anew, and extended. */
function anything(): object {
  const known = new Map<PropertyKey, unknown>();
  const proxy: object = new Proxy(class {}, {
    get(target, name) {
      if (name === "prototype") return target.prototype;
      if (name === Symbol.toPrimitive) return () => "";
      if (name === Symbol.iterator) return () => [].values();
      // It is no promise.
      if (name === "then") return undefined;
      if (!known.has(name)) known.set(name, anything());
      return known.get(name);
    },
    apply: () => anything(),
    construct: (target, args, made) => (made === proxy ? anything() : Reflect.construct(target, args, made)),
  });
  return proxy;
}

/** Something that knows more than the names it was given. */
function over(own: Record<string, unknown>): object {
  const rest = anything() as Record<PropertyKey, unknown>;
  return new Proxy(own, { get: (target, name) => (name in target ? target[String(name)] : rest[name]) });
}

interface Loaded {
  activate(context: { subscriptions: unknown[] }): Promise<void>;
  deactivate(): Promise<void>;
}

interface Loader {
  _load(request: string, parent: unknown, isMain: boolean): unknown;
}

/** Loads the bundle with what it shall see of VS Code. */
function load(vscode: object): Loaded {
  const loader = Module as unknown as Loader;
  const before = loader._load;
  const bundle = path.resolve("dist/extension.js");
  try {
    loader._load = function (request, parent, isMain) {
      return request === "vscode" ? vscode : before.call(this, request, parent, isMain);
    };
    delete require.cache[bundle];
    return require(bundle) as Loaded;
  } finally {
    loader._load = before;
  }
}

const manifest = JSON.parse(fs.readFileSync("package.json", "utf8"));

test("the bundle needs nothing but VS Code and Node", () => {
  const { activate, deactivate } = load(anything());
  assert.equal(typeof activate, "function");
  assert.equal(typeof deactivate, "function");
});

/** A VS Code with one open document, and no program on this machine. */
function editor(path: string, settings: Record<string, unknown>) {
  const seen = { commands: [] as string[], errors: [] as string[], opened: [] as string[], settings: new Set<string>() };
  const output = over({});
  const nothing = { dispose() {} };
  const vscode = over({
    window: over({
      createOutputChannel: () => output,
      showErrorMessage: async (message: string, ...answers: string[]) => {
        seen.errors.push(message);
        return answers[0];
      },
    }),
    env: over({ openExternal: async (uri: string) => seen.opened.push(uri), appName: "test", language: "en" }),
    version: "1.91.0",
    Uri: over({ parse: (it: string) => it }),
    commands: over({
      registerCommand: (name: string) => {
        seen.commands.push(name);
        return nothing;
      },
    }),
    workspace: over({
      isTrusted: true,
      textDocuments: [{ uri: { scheme: "file", path }, languageId: "yaml" }],
      workspaceFolders: undefined,
      onDidOpenTextDocument: () => nothing,
      onDidChangeConfiguration: () => nothing,
      onDidGrantWorkspaceTrust: () => nothing,
      getConfiguration: (section: string) => ({
        get: (name: string, otherwise: unknown) => {
          seen.settings.add(`${section}.${name}`);
          return settings[name] ?? otherwise;
        },
        inspect: () => ({ globalValue: settings["path"] }),
      }),
    }),
  });
  return { seen, vscode };
}

const missing = { path: "/nowhere/plimsoll" };

test("commands are those of the manifest, and a missing program is said with a way out", async () => {
  const { seen, vscode } = editor("/w/compose.yaml", missing);
  const loaded = load(vscode);
  await loaded.activate({ subscriptions: [] });
  await loaded.deactivate();
  const declared = manifest.contributes.commands.map((it: { command: string }) => it.command);
  assert.deepEqual(seen.commands.sort(), declared.sort());
  assert.deepEqual(seen.errors, ["Plimsoll: There is no program at `/nowhere/plimsoll`."]);
  assert.match(seen.opened.join(), /^https:.*#install$/);
  for (const it of seen.settings) assert.ok(it in manifest.contributes.configuration.properties, it);
});

test("nobody is told of a missing program who has no Compose file, or does not want it", async () => {
  for (const [path, settings] of [
    ["/w/values.yaml", missing],
    ["/w/compose.yaml", { ...missing, enable: false }],
  ] as const) {
    const { seen, vscode } = editor(path, settings);
    const loaded = load(vscode);
    await loaded.activate({ subscriptions: [] });
    await loaded.deactivate();
    assert.deepEqual(seen.errors, [], path);
  }
});

test("the real server is started with the settings, and ended", { skip: process.platform === "win32" }, async (it) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "plimsoll-"));
  it.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const program = path.join(folder, "plimsoll");
  const heard = path.join(folder, "heard");
  const ended = path.join(folder, "ended");
  const script = `#!/bin/sh\ntee '${heard}' | '${PROGRAM}' "$@"\necho $? > '${ended}'\n`;
  fs.writeFileSync(program, script, { mode: 0o755 });
  const settings = { path: program, isolated: true, config: "/conf.yaml", inlayHints: true };
  const { seen, vscode } = editor("/w/compose.yaml", settings);
  const loaded = load(vscode);
  await loaded.activate({ subscriptions: [] });
  await loaded.deactivate();
  assert.deepEqual(seen.errors, []);
  for (let round = 0; round < 500 && !fs.existsSync(ended); round++) await new Promise((done) => setTimeout(done, 20));
  const messages = fs
    .readFileSync(heard, "utf8")
    .split(/Content-Length: \d+\r\n\r\n/)
    .filter((it) => it !== "")
    .map((it) => JSON.parse(it))
    .filter((it) => it.method !== undefined);
  const first = messages[0];
  assert.equal(first.method, "initialize");
  assert.deepEqual(first.params.initializationOptions, { config: "/conf.yaml", isolated: true, inlayHints: true });
  assert.deepEqual(messages.slice(-2).map((it) => it.method), ["shutdown", "exit"]);
  assert.equal(fs.readFileSync(ended, "utf8").trim(), "0");
});
