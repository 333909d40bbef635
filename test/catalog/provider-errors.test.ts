// The provider's error codes against their own file, and the ones that sending depends on.

import { describe, expect, it } from 'vitest';
import { plainRecords } from '../../src/catalog/plain-csv.ts';
import errorsCsv from '../../src/catalog/provider-errors.csv';
import { providerError } from '../../src/catalog/provider-errors.ts';

const RECORDS = plainRecords(errorsCsv).slice(1);

describe('provider-errors.csv', () => {
  it('is plain, whole and lists every code once', () => {
    expect(errorsCsv).not.toMatch(/["\r]/);
    expect(errorsCsv.split('\n')[0]).toBe('code,http_status,action,title');
    expect(RECORDS.length).toBeGreaterThan(125);
    for (const [code, httpStatus, action, title] of RECORDS) {
      expect(code).toMatch(/^(\d+|200-299)$/);
      expect(httpStatus).toMatch(/^([2-5]\d\d)?$/);
      expect(['retry', 'backoff', 'never', 'optout', 'config']).toContain(action);
      expect(title?.trim()).not.toBe('');
    }
    expect(new Set(RECORDS.map(([code]) => code)).size).toBe(RECORDS.length);
  });
});

describe('providerError', () => {
  it.each([
    [190, 401, 'config', 'Access token has expired'],
    [130429, 400, 'backoff', 'Rate limit hit'],
    [131026, 400, 'never', 'Message undeliverable'],
    [131050, 400, 'optout', 'User has stopped receiving marketing messages'],
    [131056, 400, 'backoff', '(Business Account, Consumer Account) pair rate limit hit'],
    [132001, 404, 'backoff', 'Template does not exist'],
    [131016, 500, 'retry', 'Service unavailable'],
    [130403, null, 'never', 'Business blocked user'],
  ])('%i: HTTP %s, %s', (code, httpStatus, action, title) => {
    expect(providerError(code)).toEqual({ code, httpStatus, title, action });
  });

  it.each([200, 217, 299])('%i is a missing permission, like all from 200 to 299', (code) => {
    expect(providerError(code)).toEqual({ code, httpStatus: 403, title: 'API Permission', action: 'config' });
  });

  it.each([199, 300, 999_999, -1, 200.5, Number.NaN])('%d is not listed', (code) => {
    expect(providerError(code)).toBeUndefined();
  });
});
