// Stopping an import in the middle: what was begun is finished, and the same import again does the rest.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { currentSender } from '../../src/cli/current-sender.ts';
import { readConfig } from '../../src/config.ts';
import { createIo } from '../../src/host.ts';
import { importContacts, type ImportEnd } from '../../src/send/import-contacts.ts';
import { createWorld, type World } from '../world.ts';

const SILENT = { write: () => undefined, isTerminal: false, columns: 80 };
let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

/** Imports the file, and stops when `stopAt` rows are done. */
async function importUntil(
  path: string,
  stopAt: number,
): Promise<ImportEnd & { readonly progress: readonly (readonly [number, number | null])[] }> {
  const controller = new AbortController();
  const io = createIo({
    out: SILENT,
    err: SILENT,
    input: () => {
      throw new Error('nothing is asked for');
    },
    canAsk: () => false,
  });
  const app = createApp({ config: readConfig({}, world.env, world.directory), io, env: world.env, interrupted: controller.signal });
  const progress: [number, number | null][] = [];
  try {
    const end = await importContacts(app, {
      path,
      format: null,
      rename: {},
      ignoreColumns: false,
      skipInvalid: true,
      errorsPath: null,
      db: world.db,
      openTarget: async () => {
        const store = await app.store();
        return { store, senderId: (await currentSender(store, app.config)).id };
      },
      onProgress: (done, total) => {
        progress.push([done, total]);
        if (total !== null && done >= stopAt) controller.abort();
      },
    });
    return { ...end, progress };
  } finally {
    await app.close();
  }
}

it('stops between two batches and goes on from there', async () => {
  const rows = Array.from({ length: 1_200 }, (_, index) => `+4915112${String(345_000 + index)}`);
  const path = join(world.directory, 'people.csv');
  writeFileSync(path, `phone\n${rows.join('\n')}\nnobody\n`);

  const first = await importUntil(path, 500);
  expect(first).toMatchObject({ interrupted: true, counts: { read: 1_201, invalid: 1, added: 500 } });
  expect(first.progress.slice(-2)).toEqual([
    [1_201, null],
    [500, 1_200],
  ]);

  const second = await importUntil(path, 1_200);
  expect(second).toMatchObject({ interrupted: false, counts: { added: 700, unchanged: 500 } });
});
