// Migrations that were released never change: stores out there have run them as they were.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pathsBelow } from './source.ts';

/** The SHA-256 of each released file. A release adds its migrations here; nothing is ever changed or taken away. */
const RELEASED: Readonly<Record<string, string>> = {};

describe.each(['src/store/sqlite/migrations'])('%s', (folder) => {
  const names = pathsBelow(folder, '');

  test('numbers its files NNNN-name.sql, without gaps', () => {
    expect(names.length).toBeGreaterThan(0);
    names.forEach((name, index) => {
      expect(name, 'number the migrations in order and name them in kebab-case').toMatch(/^\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.sql$/);
      expect(Number(name.slice(0, 4)), `${name} should have the number ${index + 1}`).toBe(index + 1);
    });
  });

  test('says at the top of each file what it does', () => {
    const silent = names.filter((name) => !readFileSync(join(folder, name), 'utf8').startsWith('-- '));
    expect(silent.map((name) => `${name}: begin with a comment that says what it does and why`)).toEqual([]);
  });

  test('makes every table STRICT', () => {
    const loose = names.flatMap((name) =>
      Array.from(readFileSync(join(folder, name), 'utf8').matchAll(/^CREATE TABLE (\w+)[^;]*;/gims)).filter(
        ([statement]) => !/\)[^)]*\bSTRICT\b[^)]*;$/i.test(statement),
      ),
    );
    expect(loose.map(([, table]) => `${table}: add STRICT, or SQLite takes any value in any column`)).toEqual([]);
  });

  test('leaves released files as they are', () => {
    const changed = Object.entries(RELEASED)
      .map(([name, hash]) => ({
        name,
        hash,
        now: createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      }))
      .filter(({ hash, now }) => hash !== now);
    expect(changed.map(({ name }) => `${name} was released: restore it, and put the change into a new migration`)).toEqual([]);
  });
});
