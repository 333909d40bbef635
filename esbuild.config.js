// The build. dist/main.cjs is all our own modules and what they import statically; a command that scripts run all the time has a file of its own beside
// it, the same program with no other command. Every package that the source imports lazily (`await import('inquirer')`) becomes a file in dist/lib. So a
// start reads and compiles little more than it runs.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const lazyPackages = new Set();

/** The commands with a file of their own: it is half the size, which saves a `send` 3 ms. */
const FREQUENT = ['send', 'dispatch', 'bill-report'];

/**
 * Everything that only people read goes, because it is read at every start: 2 ms of a `send`. Lines stay short, since Node prints the one that an
 * uncaught error comes from.
 */
const options = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  external: ['better-sqlite3'],
  minify: true,
  lineLimit: 160,
  legalComments: 'none', // dist/LICENSES.txt has them
  metafile: true,
  write: false,
  outdir: '.',
  outExtension: { '.js': '.cjs' },
  logLevel: 'warning',
};

const hot = await Promise.all([buildProgram('main', []), ...FREQUENT.map((command) => buildProgram(command, [onlyCommand(command)]))]);
const lazy = await build({ ...options, outdir: 'lib', entryPoints: Object.fromEntries([...lazyPackages].map((name) => [name, name])) });

// Written beside dist and swapped in, because other processes may be starting from dist at this moment.
const staging = `dist.${process.pid}`;
for (const { path, text } of lazy.outputFiles) write(relative('.', path), text);
for (const { path, text } of hot.flatMap(({ outputFiles }) => outputFiles)) write(relative('.', path), asFunction(text));
write('LICENSES.txt', licences([...hot, lazy]));
if (existsSync('dist')) renameSync('dist', `${staging}.old`);
renameSync(staging, 'dist');
rmSync(`${staging}.old`, { recursive: true, force: true });

function buildProgram(name, plugins) {
  return build({
    ...options,
    entryPoints: { [name]: 'src/main.ts' },
    define: { __TOLLBELL_VERSION__: JSON.stringify(version) },
    loader: { '.csv': 'text', '.sql': 'text' },
    supported: { 'dynamic-import': false }, // becomes require(): the launcher runs the file in a vm.Script, which has no import()
    plugins: [
      ...plugins,
      { name: 'driver', setup: includeDriver },
      { name: 'lazy-packages', setup: splitLazyPackages },
      { name: 'no-child-processes', setup: omitChildProcesses },
    ],
  });
}

/** Leaves every other command empty. The launcher takes the file for this command only, and then none of them is loaded. */
function onlyCommand(name) {
  const setup = (plugin) => {
    plugin.onResolve({ filter: /^\.\/commands\// }, ({ importer, path }) =>
      relative('.', importer) === join('src', 'cli', 'commands.ts') && path !== `./commands/${name}.ts`
        ? { path, namespace: 'others' }
        : undefined,
    );
    plugin.onLoad({ filter: /.*/, namespace: 'others' }, () => ({ contents: '' }));
    plugin.onEnd(({ metafile }) => {
      if (!Object.hasOwn(metafile.inputs, `src/cli/commands/${name}.ts`)) throw new Error(`FREQUENT names ${name}, which is no command`);
    });
  };
  return { name: 'only-command', setup };
}

/**
 * Puts the driver's JavaScript into the hot file, for use with a binary of exactly its version; with any other version the installed
 * driver is used whole. Its ten small files and its search for the binary take 5 ms of a start, a quarter of bare Node.
 */
function includeDriver(plugin) {
  const name = 'better-sqlite3';
  const modules = {
    [name]: `
      const place = require('driver:place');
      const installed = place === undefined ? '' : require('node:fs').readFileSync(require('node:path').join(place, 'package.json'), 'utf8');
      module.exports = installed.includes('"version": "${versionOf(name)}"') ? require('driver:bundled') : require('${name}');`,
    // The folders where Node would look, in its order; asking Node itself takes 0.6 ms.
    place: `
      const { join } = require('node:path');
      const folders = (require.resolve.paths('${name}') ?? []).map((folder) => join(folder, '${name}'));
      module.exports = folders.find((folder) => require('node:fs').existsSync(join(folder, 'package.json')));`,
    // Without require(), whose search for the real path of a file that we know takes 0.4 ms.
    bindings: `
      const addon = { exports: {} };
      module.exports = () => {
        process.dlopen(addon, require('node:path').join(require('driver:place'), 'build/Release/better_sqlite3.node'));
        return addon.exports;
      };`,
  };
  plugin.onResolve({ filter: /^better-sqlite3$/ }, ({ namespace }) =>
    namespace === 'driver' ? undefined : { path: name, namespace: 'driver' },
  );
  plugin.onLoad({ filter: /.*/, namespace: 'driver' }, ({ path }) => ({ resolveDir: '.', contents: modules[path] }));
  plugin.onResolve({ filter: /^driver:place$/ }, () => ({ path: 'place', namespace: 'driver' }));
  plugin.onResolve({ filter: /^driver:bundled$/ }, () => ({ path: resolve('node_modules', name, 'lib/index.js') }));
  plugin.onResolve({ filter: /^bindings$/ }, () => ({ path: 'bindings', namespace: 'driver' }));
}

function versionOf(name) {
  return JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')).version;
}

/** commander loads child_process for commands that are programs of their own, which we have none of: 1 ms of every start. */
function omitChildProcesses(plugin) {
  plugin.onResolve({ filter: /^(node:)?child_process$/ }, ({ importer }) =>
    importer.includes('node_modules/commander/') ? { path: 'child_process', namespace: 'absent' } : undefined,
  );
  plugin.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: '' }));
}

/**
 * Points each lazy import of a package at its file in dist/lib. The virtual module in between gives the names and the default export
 * that `import()` would have given; a plain external would put the whole namespace under `default`.
 */
function splitLazyPackages(plugin) {
  plugin.onResolve({ filter: /^[^.]/ }, ({ kind, path }) => {
    if (kind !== 'dynamic-import' || path.startsWith('node:')) return undefined;
    lazyPackages.add(path);
    return { path, namespace: 'lazy' };
  });
  plugin.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => {
    const file = JSON.stringify(`../dist/lib/${path}.cjs`); // the launcher in bin/ lends its require()
    return { contents: `export * from ${file};\nexport { default } from ${file};` };
  });
  plugin.onResolve({ filter: /^\.\.\/dist\/lib\//, namespace: 'lazy' }, ({ path }) => ({ path, external: true }));
}

/** The hot file as the launcher runs it: one function of what a CommonJS module may use, and at the end the hash that its code cache is kept under. */
function asFunction(text) {
  return `(function (exports, require, module, __filename, __dirname) {${text}\n})//${createHash('sha256').update(text).digest('hex')}`;
}

function write(path, text) {
  mkdirSync(dirname(join(staging, path)), { recursive: true });
  writeFileSync(join(staging, path), text);
}

/** The licence texts of every package whose code is in the output, as those licences ask. */
function licences(results) {
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const folders = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter((folder) => folder !== undefined);
  return [...new Set(folders)]
    .toSorted()
    .map(licence)
    .join(`\n\n${'-'.repeat(80)}\n\n`);
}

function licence(folder) {
  const { name, version: packageVersion, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${packageVersion} (${license})\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()}`;
}
