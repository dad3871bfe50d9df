// Builds dist/: the panel first, since the loader names it by its hash.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "dist");

async function bundle(name, define = {}) {
  const made = await build({
    entryPoints: [join(here, "src", name)], bundle: true, minify: true, write: false, format: "iife",
    target: "es2022", charset: "utf8", loader: { ".css": "text" }, define, legalComments: "none",
    plugins: [{ name: "small-css", setup: (b) => b.onLoad({ filter: /\.css$/ }, smallCss) }],
  });
  return made.outputFiles[0].contents;
}

async function smallCss({ path }) {
  const made = await build({ entryPoints: [path], minify: true, write: false, target: "chrome123", charset: "utf8" });
  return { contents: made.outputFiles[0].text.trim(), loader: "text" };
}

const panel = await bundle("panel.js");
const hash = createHash("sha256").update(panel).digest("hex").slice(0, 12);
const integrity = "sha384-" + createHash("sha384").update(panel).digest("base64");
const define = { PANEL: JSON.stringify(`widget/panel-${hash}.js`), INTEGRITY: JSON.stringify(integrity) };
await mkdir(out, { recursive: true });
await writeFile(join(out, "panel.js"), panel);
await writeFile(join(out, "widget.js"), await bundle("loader.js", define));
