// The README as it is read: every session in it is run, and prints what it says; its CI script passes; it names every command, code and exit.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openTranscriptFolder, parseTranscript, withoutIds } from './transcript.ts';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

const blocks = (language: string): readonly string[] =>
  Array.from(README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm')), ([, body = '']) => body);

const FILES = {
  'people.csv':
    'phone,name,language,opt_in,source\n+5511987650001,Caetano,es,utility,order form\n+447700900123,Grace,en_US,utility,order form\n',
  'orders.csv': 'to,name,order\n+4915112345678,Ada,A-20\n+5511987650001,Caetano,A-21\n+447700900123,Grace,A-22\n',
};

describe('the sessions of the README', () => {
  const folder = openTranscriptFolder(FILES);
  afterAll(folder.close);

  test.each(blocks('console').flatMap(parseTranscript))('$command', ({ command, output }) => {
    expect(withoutIds(folder.run(command))).toBe(withoutIds(output));
  });
});

describe('the way over the emulator', () => {
  test('leads to a delivery, as it is pasted', { timeout: 60_000 }, async () => {
    const folder = openTranscriptFolder({});
    const [script = ''] = blocks('bash').filter((body) => body.includes('tollbell emulator'));
    const [emulator, serve] = [await freePort(), await freePort()];
    try {
      const printed = folder.run(script.replaceAll('4010', String(emulator)).replaceAll('8787', String(serve)));
      expect(printed).toContain('1 read, 1 delivered\ncharged 0.055000 USD, reserved 0.000000 USD');
      expect(printed).not.toMatch(/error|\[exit/);
    } finally {
      folder.close();
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the smoke test of the README', () => {
  test('passes as it stands there', () => {
    const folder = openTranscriptFolder({});
    const [script = ''] = blocks('bash').filter((body) => body.includes('smoke'));
    try {
      expect(script).toContain('tollbell send');
      expect(folder.run(script)).toBe('smoke test passed');
    } finally {
      folder.close();
    }
  });
});
