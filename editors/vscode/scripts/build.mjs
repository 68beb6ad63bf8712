// Bundles the extension into `dist/`, or with `--tests` the tests into `dist/test/`.
import * as esbuild from "esbuild";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
const common = {
  bundle: true,
  platform: "node",
  format: "cjs",
  // That of the oldest VS Code in `engines`.
  target: "node20",
  external: ["vscode"],
  logLevel: "warning",
};
if (process.argv.includes("--tests")) {
  fs.rmSync("dist/test", { recursive: true, force: true });
  const tests = fs.readdirSync("test").filter((it) => it.endsWith(".test.ts"));
  await esbuild.build({ ...common, entryPoints: tests.map((it) => `test/${it}`), outdir: "dist/test", sourcemap: "inline" });
} else {
  fs.rmSync("dist", { recursive: true, force: true });
  const bundle = { ...common, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js", minify: true };
  const { metafile } = await esbuild.build({ ...bundle, metafile: true });
  fs.writeFileSync("dist/NOTICES.txt", notices(Object.keys(metafile.inputs)));
  fs.copyFileSync("../../docs/config.schema.json", "dist/config.schema.json");
}

/** The licences of what is in the bundle, as they want it. */
function notices(inputs) {
  const packages = inputs.map((it) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(it)?.[0]);
  const texts = [...new Set(packages.filter((it) => it !== undefined))].sort().map((it) => {
    const { name, version } = JSON.parse(fs.readFileSync(`${it}/package.json`, "utf8"));
    const file = fs.readdirSync(it).find((name) => /^licen[cs]e/i.test(name));
    if (file === undefined) throw new Error(`${name} has no licence`);
    return `${name} ${version}\n\n${fs.readFileSync(`${it}/${file}`, "utf8").trim()}\n`;
  });
  return `extension.js contains these packages:\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`;
}
