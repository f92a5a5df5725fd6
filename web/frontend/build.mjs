// Bundle the browser's files into the folder given as the argument, with the licences of what is inside.
import { build } from "esbuild";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const outdir = process.argv[2];
if (!outdir) throw new Error("say where to build: node build.mjs FOLDER");

const result = await build({
  entryPoints: ["theme.js", "app.js", "viewer.js", "modeler.js"],
  outdir,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2021"],
  charset: "utf8",
  loader: { ".woff2": "dataurl" },
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

const packages = new Set();
for (const path of Object.keys(result.metafile.inputs)) {
  const match = path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  if (match) packages.add(match[1]);
}

const notices = [...packages].sort().map((name) => {
  const folder = join("node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : license;
  return `${name} ${version}\n\n${text.trim()}\n`;
});
writeFileSync(join(outdir, "LICENSES.txt"), notices.join(`\n${"-".repeat(72)}\n\n`));
