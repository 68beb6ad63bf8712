import * as assert from "node:assert/strict";
import { test } from "node:test";
import { type Machine, expand, find } from "../src/binary";
import { FIX_ALL, fixAll } from "../src/fix";
import { changed, options } from "../src/options";
import { SELECTOR, isComposeName, isReason } from "../src/selector";

function linux(programs: string[], env: Record<string, string> = {}): Machine {
  return { platform: "linux", env, home: "/home/me", isProgram: (it) => programs.includes(it) };
}

function windows(programs: string[], env: Record<string, string> = {}): Machine {
  return { platform: "win32", env, home: "C:\\Users\\me", isProgram: (it) => programs.includes(it) };
}

const unset = { value: "", user: undefined };

test("the program is the first on the PATH", () => {
  const machine = linux(["/usr/bin/plimsoll", "/opt/bin/plimsoll"], { PATH: "/bin:/opt/bin:/usr/bin" });
  assert.deepEqual(find(machine, unset, true, undefined), { found: "/opt/bin/plimsoll", from: "PATH" });
});

test("a folder of the PATH that depends on where somebody stands is left out", () => {
  const machine = linux(["plimsoll", "./plimsoll", "bin/plimsoll", "/project/plimsoll"], { PATH: ":.:bin" });
  assert.deepEqual(find(machine, unset, true, "/project"), { missing: "There is no `plimsoll` on the PATH." });
  assert.deepEqual(find(linux([]), unset, true, "/project"), { missing: "There is no `plimsoll` on the PATH." });
});

test("Windows has another separator, quotes, and names that end with .exe", () => {
  const env = { Path: 'C:\\Windows;"C:\\Program Files\\Plimsoll"' };
  const machine = windows(["C:\\Program Files\\Plimsoll\\plimsoll.exe"], env);
  const found = "C:\\Program Files\\Plimsoll\\plimsoll.exe";
  assert.deepEqual(find(machine, unset, true, undefined), { found, from: "PATH" });
  const value = "C:\\Program Files\\Plimsoll\\plimsoll";
  assert.deepEqual(find(machine, { value, user: value }, true, undefined), { found, from: "setting" });
  assert.deepEqual(find(windows(["D:\\a\\plimsoll.EXE"]), { value: "plimsoll.EXE", user: undefined }, true, "D:\\a"), {
    found: "D:\\a\\plimsoll.EXE",
    from: "setting",
  });
});

test("what is set wins over the PATH, and is not replaced if it is wrong", () => {
  const machine = linux(["/usr/bin/plimsoll", "/home/me/bin/p", "/project/target/p"], { PATH: "/usr/bin" });
  const set = (value: string) => find(machine, { value, user: value }, true, "/project");
  assert.deepEqual(set("~/bin/p"), { found: "/home/me/bin/p", from: "setting" });
  assert.deepEqual(set("${workspaceFolder}/target/p"), { found: "/project/target/p", from: "setting" });
  assert.deepEqual(set("target/p"), { found: "/project/target/p", from: "setting" });
  assert.deepEqual(set(" /nowhere "), { missing: "There is no program at `/nowhere`." });
});

test("a relative path without a folder leads nowhere", () => {
  const machine = linux(["p", "/p"]);
  assert.deepEqual(find(machine, { value: "p", user: "p" }, true, undefined), { missing: "There is no program at `p`." });
});

test("a workspace that is not trusted names no program", () => {
  const machine = linux(["/usr/bin/plimsoll", "/project/evil", "/home/me/p"], { PATH: "/usr/bin" });
  const setting = { value: "/project/evil", user: undefined };
  assert.deepEqual(find(machine, setting, false, "/project"), { found: "/usr/bin/plimsoll", from: "PATH" });
  assert.deepEqual(find(machine, setting, true, "/project"), { found: "/project/evil", from: "setting" });
  const both = { value: "/project/evil", user: "~/p" };
  assert.deepEqual(find(machine, both, false, "/project"), { found: "/home/me/p", from: "setting" });
});

test("paths are expanded at their beginning only", () => {
  const machine = linux([]);
  assert.equal(expand(machine, "~", "/w"), "/home/me");
  assert.equal(expand(machine, "~me/x", "/w"), "/w/~me/x");
  assert.equal(expand(machine, "/a/~/${workspaceFolder}", "/w"), "/a/~/${workspaceFolder}");
  assert.equal(expand(machine, "${workspaceFolder}", "/a$&b"), "/a$&b");
  assert.equal(expand(machine, "a", undefined), "a");
});

test("the server gets what it knows, with an absolute path", () => {
  const machine = linux([]);
  const settings = { config: "", isolated: false, inlayHints: true };
  assert.deepEqual(options(machine, settings, "/w"), { config: null, isolated: false, inlayHints: true });
  const named = options(machine, { config: " conf/p.yaml ", isolated: true, inlayHints: false }, "/w");
  assert.deepEqual(named, { config: "/w/conf/p.yaml", isolated: true, inlayHints: false });
  assert.deepEqual(changed(named), { settings: { plimsoll: named } });
});

test("files are known by their names", () => {
  for (const it of [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
    "compose.override.yaml",
    "compose.override.yml",
    "docker-compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.prod.yaml",
    "docker_compose.yml",
    "compose-dev.yaml",
    "prod.compose.yaml",
    "Docker-Compose.YML",
    "dir/compose.yaml",
  ]) {
    assert.ok(isComposeName(`/project/${it}`), it);
  }
  for (const it of ["decompose.yaml", "composer.yaml", "values.yaml", "compose.json", "compose.yaml.tmpl", "compose/a.yaml"]) {
    assert.ok(!isComposeName(`/project/${it}`), it);
  }
});

test("a server is started for Compose files only", () => {
  const file = (path: string, language = "yaml") => isReason({ scheme: "file", language, path });
  assert.ok(file("/w/compose.yaml") && file("/w/.plimsoll.yaml") && file("/w/stack.yaml", "dockercompose"));
  assert.ok(!file("/w/values.yaml") && !file("/w/.env", "dotenv") && !file("/w/Dockerfile", "dockerfile"));
  assert.ok(isReason({ scheme: "untitled", language: "dockercompose", path: "Untitled-1" }));
  assert.ok(!isReason({ scheme: "git", language: "dockercompose", path: "/w/compose.yaml" }));
});

test("what a project reads is sent to the server, from disks only", () => {
  const sent = (wanted: object) => SELECTOR.some((it) => JSON.stringify(it) === JSON.stringify(wanted));
  assert.ok(sent({ scheme: "file", language: "yaml" }) && sent({ scheme: "untitled", language: "dockercompose" }));
  assert.ok(SELECTOR.every((it) => it.scheme === "file" || it.scheme === "untitled"));
  assert.ok(SELECTOR.some((it) => "pattern" in it && it.pattern.includes(".env")));
});

test("of the actions, the one that fixes all is taken", async () => {
  const edit = { changes: {} };
  const uri = "file:///w/compose.yaml";
  const other = { title: "other", kind: "source.organizeImports", edit: { changes: {} } };
  assert.equal(await fixAll(async () => null, uri, 1), undefined);
  assert.equal(await fixAll(async () => [other, { title: "c", command: "c" }], uri, 1), undefined);
  const found = await fixAll(
    async (it) => {
      assert.deepEqual(it.context.only, [FIX_ALL]);
      assert.equal(it.range.end.line, 7);
      return [other, { title: "all", kind: FIX_ALL, edit }];
    },
    uri,
    7,
  );
  assert.equal(found, edit);
});
