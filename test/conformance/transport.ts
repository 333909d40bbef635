// The exam that every transport sits, whatever stands behind it.

import { describe, expect, it } from 'vitest';
import type { Delivery, OutgoingMessage, Transport } from '../../src/ports/transport.ts';
import { toInstant } from '../../src/values/time.ts';

export type TransportExam = {
  readonly open: () => Transport;
  /** Messages of all kinds that the transport can be given, at least two. */
  readonly messages: readonly OutgoingMessage[];
};

const AT = toInstant(1_790_000_000_000);

/** Registers the exam of one transport. */
export function transportConformance(name: string, { open, messages }: TransportExam): void {
  describe(`${name} keeps the contract of a transport`, () => {
    const deliver = async (): Promise<readonly Delivery[]> => Promise.all(open().deliver(messages, AT));

    it('has room for at least one message', () => {
      expect(open().roomMax).toBeGreaterThan(0);
      expect(Number.isSafeInteger(open().roomMax)).toBe(true);
    });

    it('answers nothing to nothing', async () => {
      expect(open().deliver([], AT)).toEqual([]);
    });

    it('gives one delivery for each message, in order, of the request that was made', async () => {
      const named = (await deliver()).map(({ messageId, attempt }) => ({ messageId, attempt }));
      expect(named).toEqual(messages.map(({ id, attempt }) => ({ messageId: id, attempt })));
    });

    it('puts its time on every delivery and status', async () => {
      for (const { at, later } of await deliver()) {
        expect([at, ...later.map((status) => status.at)].every((instant) => instant >= AT)).toBe(true);
      }
    });

    it('names what it accepted, says why it did not, and asks to wait with a retry only', async () => {
      for (const { kind, providerId, error, retryAfterMs } of await deliver()) {
        expect(providerId !== null).toBe(kind === 'accepted');
        expect(error !== null).toBe(kind !== 'accepted');
        if (kind !== 'retry') expect(retryAfterMs).toBeNull();
      }
    });

    it('reports statuses of the same request, and only after it was accepted', async () => {
      for (const { kind, messageId, attempt, providerId, later } of await deliver()) {
        if (kind !== 'accepted') expect(later).toEqual([]);
        for (const status of later) expect(status).toMatchObject({ messageId, attempt, providerId, retryAt: null });
      }
    });

    it('gives every request it accepted a name of its own', async () => {
      const names = (await deliver()).flatMap(({ providerId }) => (providerId === null ? [] : [providerId]));
      expect(new Set(names).size).toBe(names.length);
    });
  });
}
