// Every transcript in this folder, run as it is written.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openTranscriptFolder, parseTranscript, withoutIds } from './transcript.ts';

const FILES = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.txt'));

describe.each(FILES)('%s', (name) => {
  const folder = openTranscriptFolder({});
  afterAll(folder.close);

  test.each(parseTranscript(readFileSync(join(import.meta.dirname, name), 'utf8')))('$command', ({ command, output }) => {
    expect(withoutIds(folder.run(command))).toBe(withoutIds(output));
  });
});
