#!/usr/bin/env node
// Starts the built program, with V8's code cache where an earlier run left one: the functions that it compiled, kept per command, because a cache holds
// what its run compiled. (One cache of all functions was worse: 10.6 ms to start from it against 5.0.) Whatever is wrong with it, the start goes on
// without. Nothing else lives here; it is one file because a second one takes 0.8 ms to load.
// CommonJS (package.json beside this file says so): as an ES module the same start takes 4 ms longer, a fifth of bare Node.

'use strict';

const fs = require('node:fs');
const { isAbsolute, join } = require('node:path');

const DIST = join(__dirname, '../dist');

// A frequent command has a file of its own, which is half the size of the whole program.
function fileFor(word = '') {
  const own = /^[a-z-]+$/.test(word) ? join(DIST, `${word}.cjs`) : '';
  return fs.existsSync(own) ? own : join(DIST, 'main.cjs');
}

function start(argv) {
  // Help has a cache of its own: a command that was first asked for its help would go on with a cache of what help needs.
  const isHelp = argv.some((argument) => argument === '--help' || argument === '-h');
  const file = fileFor(isHelp ? '' : argv[0]);
  if (!fs.existsSync(file)) {
    process.exitCode = 1;
    process.stderr.write('tollbell is not built yet: run `npm run build` in its folder\n');
    return;
  }
  const { Script } = require('node:vm');
  const { source, memory } = readSource(file);
  const cache = openCodeCache(source.slice(-64), { word: isHelp ? 'help' : argv[0], memory });
  const script = new Script(source, { filename: file, cachedData: cache.read() });
  const program = { exports: {} };
  script.runInThisContext()(program.exports, require, program, file, DIST);
  program.exports.main(argv).then((exitCode) => {
    if (exitCode === 0 && script.cachedDataRejected !== false) cache.write(script);
    process.exit(exitCode); // everything is written and closed by now; letting Node take its heap apart first takes 2 ms
  });
}

// The build writes ASCII, and as its last 64 characters the hash of the rest. The memory that it was read into is good for the code cache too, which is up to
// twice as long: memory that was never touched takes longer to touch than to fill.
function readSource(file) {
  return withFile(file, fs.constants.O_RDONLY, (descriptor, { size }) => {
    const memory = Buffer.allocUnsafeSlow(2 * size);
    return { source: memory.latin1Slice(0, fs.readSync(descriptor, memory, 0, size, 0)), memory };
  });
}

function withFile(path, flags, use) {
  const descriptor = fs.openSync(path, flags);
  try {
    return use(descriptor, fs.fstatSync(descriptor));
  } finally {
    fs.closeSync(descriptor);
  }
}

// Answered here, and not through process.stdout, whose set-up on a pipe alone takes 3 ms. Where that fails, the program is asked, and says why.
function printVersion() {
  try {
    return fs.writeSync(1, `${require('../package.json').version}\n`) > 0;
  } catch {
    return false;
  }
}

/** The cache of one command of one build; `write` never fails, and `read` gives nothing that this user did not write. It is read into the memory. */
function openCodeCache(buildHash, { word = '', memory }) {
  const folder = join(cacheHome(), 'tollbell');
  const file = join(folder, `${/^[a-z][a-z-]{1,30}$/.test(word) ? word : 'other'}.v8`);
  const key = `${buildHash} ${process.version} ${process.arch}`;
  return {
    read: () => quietly(() => readOwn(file, key, memory)),
    write: (script) => quietly(() => replace(folder, file, () => script.createCachedData(), key)),
  };
}

// The XDG rule: a relative path is to be ignored.
function cacheHome() {
  const { HOME, XDG_CACHE_HOME = '' } = process.env;
  return isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(HOME ?? require('node:os').homedir(), '.cache');
}

function quietly(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}

// Bytecode runs unchecked, so a file that another user owns or may write is refused. The flag keeps a planted pipe from blocking.
function readOwn(file, key, memory) {
  return withFile(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK, (descriptor, { uid, mode, size }) => {
    const isOurs = process.platform === 'win32' || (uid === process.geteuid() && (mode & 0o022) === 0);
    return isOurs ? readIntact(descriptor, (size - key.length) / 2, key, memory) : undefined;
  });
}

const PART = 65_536;

// The file is the data twice, then the key. V8 does not check the data and crashes on damage; comparing two copies takes 0.2 ms, and loading zlib for a
// checksum 1.2 ms.
function readIntact(descriptor, size, key, memory) {
  const data = size <= memory.length ? memory.subarray(0, size) : Buffer.allocUnsafeSlow(size);
  const part = Buffer.allocUnsafeSlow(PART);
  fs.readSync(descriptor, data, 0, size, 0);
  for (let at = 0, length = 0; at < size; at += length) {
    length = fs.readSync(descriptor, part, 0, Math.min(PART, size - at), size + at);
    if (length === 0 || part.compare(data, at, at + length, 0, length) !== 0) return undefined;
  }
  return part.latin1Slice(0, fs.readSync(descriptor, part, 0, PART, 2 * size)) === key ? data : undefined;
}

// The temporary file comes first: where it cannot be made, no time is spent on the data.
function replace(folder, file, makeData, key) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  const descriptor = fs.openSync(temporary, 'wx', 0o600);
  try {
    const data = makeData();
    fs.writeFileSync(descriptor, Buffer.concat([data, data, Buffer.from(key, 'latin1')]));
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  } finally {
    fs.closeSync(descriptor);
  }
}

const argv = process.argv.slice(2);
const isAnswered = argv.length === 1 && /^(--version|-V)$/.test(argv[0]) && printVersion();
if (!isAnswered) start(argv);
