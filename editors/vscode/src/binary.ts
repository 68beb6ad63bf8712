/** Where the program is: what the user has set, or what is on the PATH. */

import * as path from "node:path";

/** What is around the extension. A test gives its own. */
export interface Machine {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  home: string;
  /** Whether there is a file at a path that can be run. */
  isProgram(path: string): boolean;
}

/** The setting `plimsoll.path`, by where it is written. */
export interface PathSetting {
  /** What VS Code takes: it knows which place wins. */
  value: string;
  /** What the user or the machine has set. */
  user: string | undefined;
}

/** What came of the search. */
export type Search =
  | { found: string; from: "setting" | "PATH" }
  /** What was looked for, in words for the user. */
  | { missing: string };

const NAME = "plimsoll";

/**
 * Finds the program. In a workspace that is not trusted, what the workspace itself sets does not count: a folder from
 * somewhere could name a program of its own. VS Code holds such settings back as well.
 */
export function find(machine: Machine, setting: PathSetting, isTrusted: boolean, folder: string | undefined): Search {
  const wanted = (isTrusted ? setting.value : (setting.user ?? "")).trim();
  if (wanted !== "") {
    const found = candidates(machine, expand(machine, wanted, folder)).find((it) => machine.isProgram(it));
    return found === undefined ? { missing: `There is no program at \`${wanted}\`.` } : { found, from: "setting" };
  }
  const paths = pathsOf(machine);
  const separator = machine.platform === "win32" ? ";" : ":";
  for (const directory of variable(machine, "PATH").split(separator)) {
    // A relative directory would be looked for below whatever folder is open.
    const clean = directory.replace(/^"(.*)"$/, "$1");
    if (!paths.isAbsolute(clean)) continue;
    const found = candidates(machine, paths.join(clean, NAME)).find((it) => machine.isProgram(it));
    if (found !== undefined) return { found, from: "PATH" };
  }
  return { missing: `There is no \`${NAME}\` on the PATH.` };
}

/** A path as somebody writes it: `~`, `${workspaceFolder}`, or relative to the first folder of the workspace. */
export function expand(machine: Machine, written: string, folder: string | undefined): string {
  const paths = pathsOf(machine);
  let text = written;
  if (folder !== undefined) text = text.replace(/^\$\{workspaceFolder\}/, () => folder);
  if (/^~(?=$|[\\/])/.test(text)) text = machine.home + text.slice(1);
  if (paths.isAbsolute(text) || folder === undefined) return text;
  return paths.join(folder, text);
}

/** The files that a path may stand for: Windows leaves out what a program's name ends with. */
function candidates(machine: Machine, at: string): string[] {
  if (!pathsOf(machine).isAbsolute(at)) return [];
  return machine.platform === "win32" && !/\.exe$/i.test(at) ? [`${at}.exe`] : [at];
}

/** A variable. Windows does not tell `PATH` from `Path`. */
function variable(machine: Machine, name: string): string {
  if (machine.platform !== "win32") return machine.env[name] ?? "";
  const key = Object.keys(machine.env).find((it) => it.toUpperCase() === name);
  return (key === undefined ? undefined : machine.env[key]) ?? "";
}

function pathsOf(machine: Machine): path.PlatformPath {
  return machine.platform === "win32" ? path.win32 : path.posix;
}
