/** Which documents the server is told of, and which of them are a reason to start it. */

/** The languages that VS Code and its extensions have for Compose files. */
const LANGUAGES = ["dockercompose", "docker-compose"];

/** A document as VS Code describes it. */
export interface Described {
  scheme: string;
  language: string;
  /** Its path, with `/`. */
  path: string;
}

/**
 * Documents that are sent to the server. All of YAML, since a project includes and extends files of any name, and the
 * server tells by their content which of them are Compose files; and what else a project reads, so that it counts as it
 * stands in the editor, saved or not.
 */
export const SELECTOR = [
  ...LANGUAGES.flatMap((language) => ["file", "untitled"].map((scheme) => ({ scheme, language }))),
  { scheme: "file", language: "yaml" },
  { scheme: "file", pattern: "**/*compose*.{yml,yaml}" },
  { scheme: "file", pattern: "**/.plimsoll.yaml" },
  { scheme: "file", pattern: "**/{.env,.env.*,*.env}" },
  { scheme: "file", pattern: "**/{Dockerfile,Dockerfile.*,*.Dockerfile,*.dockerfile}" },
];

/** Whether a document is one to start the server for. A folder of other YAML files is none. */
export function isReason(it: Described): boolean {
  if (it.scheme !== "file") return it.scheme === "untitled" && LANGUAGES.includes(it.language);
  return LANGUAGES.includes(it.language) || isComposeName(it.path) || baseName(it.path) === ".plimsoll.yaml";
}

/**
 * Whether a file is called as Compose files are: `compose.yaml`, `docker-compose.prod.yml`, `prod.compose.yaml` and the
 * like. `compose` has to be a word, so `decompose.yaml` is none.
 */
export function isComposeName(path: string): boolean {
  return /^(.*[^a-z])?compose([^a-z].*)?\.ya?ml$/i.test(baseName(path));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
