// V8's code cache: the functions that an earlier run compiled, kept per command, because a cache holds what its run compiled.
// (One cache of all functions was worse: 10.6 ms to start from it against 5.0.) Whatever is wrong with it, the start goes on without.

'use strict';

const fs = require('node:fs');
const { isAbsolute, join } = require('node:path');

/** The cache of one command of one build; `write` never fails and `read` gives nothing that this user did not write. */
exports.openCodeCache = function openCodeCache(buildHash, word = '') {
  const folder = join(cacheHome(), 'tollbell');
  const file = join(folder, `${/^[a-z][a-z-]{1,30}$/.test(word) ? word : 'other'}.v8`);
  const key = `${buildHash} ${process.version} ${process.arch}`;
  return {
    read: () => quietly(() => intact(readOwn(file), key)),
    write: (script) => quietly(() => replace(folder, file, () => script.createCachedData(), key)),
  };
};

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
function readOwn(file) {
  const descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const { uid, mode } = fs.fstatSync(descriptor);
    const isOurs = process.platform === 'win32' || (uid === process.geteuid() && (mode & 0o022) === 0);
    return isOurs ? fs.readFileSync(descriptor) : Buffer.alloc(0);
  } finally {
    fs.closeSync(descriptor);
  }
}

// The file is the data twice, then the key. V8 does not check the data and crashes on damage; comparing two copies takes 0.05 ms,
// and loading zlib for a checksum 1.2 ms.
function intact(bytes, key) {
  const size = (bytes.length - key.length) / 2;
  const isIntact = bytes.latin1Slice(2 * size) === key && bytes.compare(bytes, size, 2 * size, 0, size) === 0;
  return isIntact ? bytes.subarray(0, size) : undefined;
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
