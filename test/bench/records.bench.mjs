// How long a row of a recipients file takes to be read and checked, and how much memory a file of a million rows needs.
//   node test/bench/records.bench.mjs [--rows 1000000] [--only csv]

import { createReadStream, createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { fork } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: { rows: { type: 'string' }, only: { type: 'string' }, measure: { type: 'string' }, folder: { type: 'string' } },
});
const rows = Number(values.rows ?? 1_000_000);

const row = (index) => [`+49151${String(10_000_000 + index)}`, `Name ${index}`, `A-${100_000 + index}`];
const FILES = {
  csv: { head: 'to,name,order\n', line: (cells) => `${cells.join(',')}\n` },
  quoted: { head: '\ufeffto;name;order\r\n', line: ([to, name, order]) => `${to};"${name}; ""Ltd"""; ${order}\r\n`.replace('; A', ';A') },
  ndjson: { head: '', line: ([to, name, order]) => `${JSON.stringify({ to, name, order })}\n` },
};

if (values.measure === undefined) await main();
else await measure(values.measure, values.folder);

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'tollbell-bench-'));
  try {
    await bundle(folder);
    console.log(`${cpus()[0].model}, Node ${process.version}, ${rows} rows`);
    for (const kind of Object.keys(FILES).filter((name) => (values.only ?? name) === name)) {
      await writeRows(join(folder, kind), FILES[kind]);
      // A process each, because peak memory belongs to a process.
      const child = fork(import.meta.filename, ['--measure', kind, '--folder', folder, '--rows', String(rows)]);
      await once(child, 'exit');
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function bundle(folder) {
  const exports = `
    export { readRecords } from './src/send/records.ts';
    export { readRecipients } from './src/send/recipients.ts';
    export { parseTemplate } from './src/domain/template-parse.ts';
    export { declaredParameters } from './src/domain/template-parameters.ts';`;
  const { outputFiles } = await build({
    stdin: { contents: exports, resolveDir: '.', loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    write: false,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  writeFileSync(join(folder, 'records.mjs'), outputFiles[0].text);
}

async function writeRows(path, { head, line }) {
  const file = createWriteStream(path);
  file.write(head);
  for (let index = 0; index < rows; index += 1) if (!file.write(line(row(index)))) await once(file, 'drain');
  file.end();
  await once(file, 'close');
}

async function measure(kind, folder) {
  const { readRecords, readRecipients, declaredParameters } = await import(pathToFileURL(join(folder, 'records.mjs')).href);
  const path = join(folder, kind);
  const source = () => createReadStream(path, { highWaterMark: 256 * 1024 });
  const content = {
    name: 'order_shipped',
    language: 'en_US',
    category: 'utility',
    parameterFormat: 'named',
    components: [{ type: 'BODY', text: 'Hello {{name}}, your order {{order}} is on its way.' }],
  };
  const template = { ...content, id: 'template', senderId: 'sender', status: 'approved', parameters: declaredParameters(content) };
  const recipientOptions = { title: path, templates: [template], language: null, parameters: {}, ignoreColumns: false };
  const recordOptions = { name: path, format: kind === 'ndjson' ? 'ndjson' : 'csv', rename: {} };

  const read = await time(async () => {
    let count = 0;
    for await (const { records } of readRecords(source, recordOptions)) count += records.length;
    return count;
  });
  const checked = await time(async () => {
    let count = 0;
    for await (const batch of readRecipients(readRecords(source, recordOptions), recipientOptions)) count += batch.recipients.length;
    return count;
  });
  const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  console.log(`${kind.padEnd(8)} read ${read} µs a row, read and checked ${checked} µs a row, peak ${peak} MB`);
}

async function time(body) {
  const before = performance.now();
  const count = await body();
  if (count !== rows) throw new Error(`${count} rows came out of ${rows}`);
  return (((performance.now() - before) * 1_000) / count).toFixed(2);
}
