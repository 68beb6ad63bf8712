import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  CodeActionKind,
  CodeActionRequest,
  type Diagnostic,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
} from "vscode-languageserver-protocol/node";
import { FIX_ALL, fixAll } from "../src/fix";
import { type Options, changed } from "../src/options";
import { PROGRAM, Server, apply } from "./server";

/** A volume that is not declared, which is safe to mend, and a grace period that is too short as well. */
const BAD = `services:
  db:
    image: postgres:17
    stop_grace_period: 3s
    volumes:
      - data:/var/lib/postgresql/data
`;
const NONE: Options = { config: null, isolated: false, inlayHints: false };

const rules = (found: Diagnostic[]) => found.map((it) => String(it.code));
const names = (rule: string) => (found: Diagnostic[]) => rules(found).includes(rule);

/** What the program makes of a file. */
function fixed(uri: string, text: string, args: string[]): string {
  const at = fileURLToPath(uri);
  fs.writeFileSync(at, text);
  try {
    execFileSync(PROGRAM, ["check", at, "--fix", "--isolated", ...args], { cwd: path.dirname(at), stdio: "pipe" });
  } catch (error) {
    // Findings that are left.
    assert.equal((error as { status?: number }).status, 1, String(error));
  }
  return fs.readFileSync(at, "utf8");
}

test("what is found is shown, and a fix is what the program writes", async (it) => {
  const server = new Server(it);
  const { capabilities, serverInfo } = await server.initialize(NONE);
  assert.equal(serverInfo?.name, "plimsoll");
  assert.equal(capabilities.positionEncoding, "utf-16");
  const uri = await server.open("compose.yaml", BAD);
  const found = await server.diagnostics(uri, names("undeclared-volume"));
  const problem = found.find((it) => it.code === "undeclared-volume");
  assert.ok(problem);
  assert.equal(problem.source, "plimsoll");
  assert.equal(problem.range.start.line, 5);
  assert.match(problem.codeDescription?.href ?? "", /undeclared-volume/);
  const actions = await server.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: problem.range,
    context: { diagnostics: [problem], only: [CodeActionKind.QuickFix] },
  });
  const action = actions?.find((it) => "isPreferred" in it && it.isPreferred === true);
  assert.ok(action !== undefined && "edit" in action && action.edit !== undefined, JSON.stringify(actions));
  const text = apply(BAD, uri, action.edit);
  assert.equal(text, fixed(uri, BAD, ["--select=undeclared-volume"]));
  await server.connection.sendNotification(DidChangeTextDocumentNotification.type, {
    textDocument: { uri, version: 2 },
    contentChanges: [{ text }],
  });
  await server.diagnostics(uri, (it) => !names("undeclared-volume")(it));
  assert.equal(await server.stop(), 0);
});

test("all safe fixes at once are what the program writes", async (it) => {
  const server = new Server(it);
  const { capabilities } = await server.initialize(NONE);
  const provider = capabilities.codeActionProvider;
  assert.ok(typeof provider === "object" && provider.codeActionKinds?.includes(FIX_ALL));
  const uri = await server.open("compose.yaml", BAD);
  await server.diagnostics(uri, names("undeclared-volume"));
  const ask = async (it: object) => server.connection.sendRequest(CodeActionRequest.method, it) as never;
  const edit = await fixAll(ask, uri, BAD.split("\n").length);
  assert.ok(edit, "the server offers no action");
  const text = apply(BAD, uri, edit);
  assert.equal(text, fixed(uri, BAD, []));
  const good = await server.open("compose.prod.yaml", "services:\n  app:\n    image: example/app:1\n");
  assert.equal(await fixAll(ask, good, 3), undefined);
  assert.equal(await server.stop(), 0);
});

test("settings of the editor count from the start and when they change", async (it) => {
  const server = new Server(it);
  server.write(".plimsoll.yaml", "ignore: [undeclared-volume]\n");
  server.write("other.yaml", "ignore: [short-stop-grace-period]\n");
  await server.initialize({ ...NONE, isolated: true });
  const uri = await server.open("compose.yaml", BAD);
  await server.diagnostics(uri, (it) => names("undeclared-volume")(it) && names("short-stop-grace-period")(it));
  const change = (it: Options) =>
    server.connection.sendNotification(DidChangeConfigurationNotification.type, changed(it));
  await change(NONE);
  await server.diagnostics(uri, (it) => !names("undeclared-volume")(it) && names("short-stop-grace-period")(it));
  await change({ ...NONE, config: path.join(server.folder, "other.yaml") });
  await server.diagnostics(uri, (it) => names("undeclared-volume")(it) && !names("short-stop-grace-period")(it));
  assert.equal(await server.stop(), 0);
});

test("a mistake in the settings is shown where it is", async (it) => {
  const server = new Server(it);
  await server.initialize(NONE);
  const uri = await server.open(".plimsoll.yaml", "ignore: [no-such-rule]\n", "yaml");
  await server.open("compose.yaml", BAD);
  const found = await server.diagnostics(uri, (it) => it.length > 0);
  assert.equal(found[0]?.range.start.line, 0);
  assert.equal(await server.stop(), 0);
});
