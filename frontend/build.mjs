// Builds everything that a browser loads into src/gatepass/web/static. Run by `npm run build`; running Gatepass never needs it.
import { build } from "esbuild";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import subsetFont from "subset-font";

const STATIC = new URL("../src/gatepass/web/static/", import.meta.url);
const MODULES = new URL("./node_modules/", import.meta.url);
const SOURCES = new URL("./src/", import.meta.url);

// The weights that the styles use; cutting the axis to them saves a quarter of each font file.
const WEIGHTS = { wght: { min: 400, max: 650 } };
// The same ranges stand in styles/fonts.css, so that a page without these letters never loads the second file.
const RANGES = {
  latin: [[0x20, 0x7e], [0xa0, 0xff], [0x131, 0x131], [0x152, 0x153], [0x2009, 0x200a], [0x2013, 0x2014],
    [0x2018, 0x201e], [0x2022, 0x2022], [0x2026, 0x2026], [0x202f, 0x202f], [0x2039, 0x203a], [0x20ac, 0x20ac],
    [0x2122, 0x2122], [0x2190, 0x2193], [0x2212, 0x2212]],
  "latin-ext": [[0x100, 0x130], [0x132, 0x151], [0x154, 0x24f], [0x259, 0x259], [0x1e02, 0x1ef9], [0x20a0, 0x20ab], [0x20ad, 0x20bf]],
};

function letters(ranges) {
  return ranges.map(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, offset) => String.fromCodePoint(first + offset)).join("")).join("");
}

async function buildFonts() {
  const folder = new URL("fonts/", STATIC);
  await mkdir(folder, { recursive: true });
  const home = new URL("@fontsource-variable/inter/", MODULES);
  const { version } = JSON.parse(await readFile(new URL("package.json", home), "utf8"));
  for (const [name, ranges] of Object.entries(RANGES)) {
    const whole = await readFile(new URL(`files/inter-${name}-wght-normal.woff2`, home));
    const cut = await subsetFont(whole, letters(ranges), { targetFormat: "woff2", variationAxes: WEIGHTS });
    await writeFile(new URL(`inter-${version}-${name}.woff2`, folder), cut);
  }
  await cp(new URL("LICENSE", home), new URL("inter-LICENSE.txt", folder));
}

async function buildStylesAndScripts() {
  const scripts = ["landing", "hosted", "form_post", "copy", "mailbox", "try", "oidc", "docs", "passkey"];
  await build({
    entryPoints: [
      new URL("styles/app.css", SOURCES).pathname,
      new URL("styles/docs.css", SOURCES).pathname,
      ...scripts.map((name) => new URL(`scripts/${name}.ts`, SOURCES).pathname),
    ],
    entryNames: "[name]",
    outdir: STATIC.pathname,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2022", "chrome111", "firefox113", "safari16.4"],
    external: ["fonts/*"],
    legalComments: "none",
    charset: "utf8",
  });
}

async function copyApiPage() {
  const folder = new URL("swagger/", STATIC);
  const home = new URL("swagger-ui-dist/", MODULES);
  await mkdir(folder, { recursive: true });
  await cp(new URL("LICENSE", home), new URL("LICENSE.txt", folder));
  await cp(new URL("NOTICE", home), new URL("NOTICE.txt", folder));
  await cp(new URL("swagger-ui-bundle.js.LICENSE.txt", home), new URL("swagger-ui-bundle.js.LICENSE.txt", folder));
  for (const name of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
    const text = await readFile(new URL(name, home), "utf8");
    // The source maps are not shipped; a pointer to them would be a 404 in every developer's console.
    await writeFile(new URL(name, folder), text.replace(/\n?(\/\/# sourceMappingURL=.*|\/\*# sourceMappingURL=.*\*\/)\s*$/, "\n"));
  }
}

await rm(STATIC, { recursive: true, force: true });
await mkdir(STATIC, { recursive: true });
await Promise.all([buildFonts(), buildStylesAndScripts(), copyApiPage(), cp(new URL("images/", SOURCES), STATIC, { recursive: true })]);
