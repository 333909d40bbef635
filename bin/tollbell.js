#!/usr/bin/env node
// Starts the built program, with V8's code cache where an earlier run left one. Nothing else lives here.
// CommonJS (package.json beside this file says so): as an ES module the same start takes 4 ms longer, a fifth of bare Node.

'use strict';

const fs = require('node:fs');
const { dirname, join } = require('node:path');

const FILE = join(__dirname, '../dist/main.cjs');

function start(argv) {
  const { Script } = require('node:vm');
  const { openCodeCache } = require('./code-cache.js');
  const source = fs.readFileSync(FILE, 'latin1'); // the build writes ASCII, and as its last 64 characters the hash of the rest
  // Help has a cache of its own: a command that was first asked for its help would go on with a cache of what help needs.
  const isHelp = argv.some((argument) => argument === '--help' || argument === '-h');
  const cache = openCodeCache(source.slice(-64), isHelp ? 'help' : argv[0]);
  const script = new Script(source, { filename: FILE, cachedData: cache.read() });
  const program = { exports: {} };
  script.runInThisContext()(program.exports, require, program, FILE, dirname(FILE));
  program.exports.main(argv).then((exitCode) => {
    if (exitCode === 0 && script.cachedDataRejected !== false) cache.write(script);
    process.exit(exitCode); // everything is written and closed by now; letting Node take its heap apart first takes 2 ms
  });
}

// Answered here, and not through process.stdout, whose set-up on a pipe alone takes 3 ms. Where that fails, the program is asked, and says why.
function printVersion() {
  try {
    return fs.writeSync(1, `${require('../package.json').version}\n`) > 0;
  } catch {
    return false;
  }
}

const isAnswered = process.argv.length === 3 && /^(--version|-V)$/.test(process.argv[2]) && printVersion();
if (!isAnswered && fs.existsSync(FILE)) {
  start(process.argv.slice(2));
} else if (!isAnswered) {
  process.exitCode = 1;
  process.stderr.write('tollbell is not built yet: run `npm run build` in its folder\n');
}
