// Stopping an import in the middle: what was begun is finished, and the same import again does the rest. And the ids that it gives.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { currentSender } from '../../src/cli/current-sender.ts';
import { readConfig } from '../../src/config.ts';
import { createIo } from '../../src/host.ts';
import { importContacts, type ImportEnd, type ImportHost } from '../../src/send/import-contacts.ts';
import { createIds } from '../../src/values/id.ts';
import { toInstant } from '../../src/values/time.ts';
import { createWorld, type World } from '../world.ts';
import { realClock } from './real-clock.ts';

const SILENT = { write: () => undefined, isTerminal: false, columns: 80 };
let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

/** Imports the file, and stops when `stopAt` rows are done. `host` stands in for parts of the real one. */
async function importUntil(
  path: string,
  stopAt: number,
  host: Partial<ImportHost> = {},
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
    const end = await importContacts(
      { ...app, ...host },
      {
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
      },
    );
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

it('gives each person the id of the moment at which they were added, by which the keys of their messages lie together', async () => {
  const path = join(world.directory, 'people.csv');
  writeFileSync(path, 'phone\n+4915112345001\n+4915112345002\n+4915112345003\n');
  let now = 1_790_000_000_000;
  const clock: ImportHost['clock'] = { ...realClock(), now: () => toInstant((now += 1)) };
  const moments: number[] = [];
  const source = createIds((count) => new Uint8Array(count));
  const ids: ImportHost['ids'] = { ...source, sortable: (at) => (moments.push(at), source.sortable(at)) };
  await importUntil(path, 3, { clock, ids });
  expect(new Set(moments).size).toBe(3);
});
