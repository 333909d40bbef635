// Who stopped what, written down anew from what was committed, in the order of the commits: the shortest rule that is surely right. Where a stop and a start are so
// close that the clocks decide, it says nothing.

import { EVERYWHERE, PURPOSES } from '../../src/domain/consent.ts';
import { CLOCKS_DIFFER_MS, type InboundEvent } from '../../src/domain/inbound.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { ConsentWrite } from '../../src/ports/store/directory.ts';
import type { Received } from '../../src/ports/store/inbound.ts';
import type { ClaimedMessage } from '../../src/ports/store/outbox.ts';
import type { MessageId } from '../../src/values/id.ts';

/** The provider's word for a person who has stopped marketing. */
const STOPPED_MARKETING = '131050';

/** The newest stop and the newest start of one subject, by one sender, for one number. */
type Said = { stop: number; start: number };

export type Stops = {
  readonly recorded: (batch: { readonly writes: readonly ConsentWrite[]; readonly at: number }) => void;
  readonly received: (batch: { readonly events: readonly InboundEvent[] }, results: readonly Received[]) => void;
  /** What became known of messages: a person whom one may not write to any more has stopped marketing. */
  readonly settled: (outcomes: readonly Outcome[]) => void;
  /** The stop that stood against a message when it was claimed; null where none surely did. */
  readonly against: (senderId: string, message: ClaimedMessage) => string | null;
};

/** Nobody has stopped anything yet. */
export function watchStops(): Stops {
  const numbers = new Map<string, Map<string, Said>>();
  const sent = new Map<MessageId, { readonly scope: string; readonly phone: string }>();
  const saidOf = (phone: string, scope: string, subject: string): Said => {
    const ofNumber = numbers.get(phone) ?? new Map<string, Said>();
    numbers.set(phone, ofNumber);
    const key = `${scope} ${subject}`;
    const said = ofNumber.get(key) ?? { stop: 0, start: 0 };
    ofNumber.set(key, said);
    return said;
  };
  const hear = (phone: string | null, { scope, subject }: { scope: string; subject: string }, kind: 'stop' | 'start', at: number): void => {
    if (phone === null) return;
    const said = saidOf(phone, scope, subject);
    said[kind] = Math.max(said[kind], at);
  };
  // Whoever moves takes along what they said, and nothing stays for the next who has the number; where two become one, the later word of both counts.
  const move = (from: string, to: string): void => {
    for (const [key, { stop, start }] of numbers.get(from) ?? []) {
      const [scope = '', subject = ''] = key.split(' ');
      hear(to, { scope, subject }, 'stop', stop);
      hear(to, { scope, subject }, 'start', start);
    }
    numbers.delete(from);
    for (const [id, { phone }] of sent) if (phone === from) sent.delete(id);
  };
  const receive = (event: InboundEvent): void => {
    const scope = event.senderId ?? '';
    if (event.kind === 'message' && (event.text === 'STOP' || event.text === 'START')) {
      const kind = event.text === 'STOP' ? 'stop' : 'start';
      for (const subject of PURPOSES) hear(event.person.phone, { scope, subject }, kind, event.at);
    } else if (event.kind === 'preference') {
      const kind = event.marketing === 'stop' ? 'stop' : 'start';
      hear(event.person.phone, { scope, subject: 'messenger' }, kind, event.at);
    } else if (event.kind === 'identity' && event.previous.phone !== null && event.person.phone !== null) {
      move(event.previous.phone, event.person.phone);
    }
  };
  const settle = ({ messageId, kind, error, at }: Outcome): void => {
    const to = sent.get(messageId);
    if (to === undefined || error?.code !== STOPPED_MARKETING || (kind !== 'failed' && kind !== 'rejected')) return;
    hear(to.phone, { scope: to.scope, subject: 'messenger' }, 'stop', at);
  };
  return {
    recorded: ({ writes, at }) => {
      for (const { who, events } of writes) {
        for (const { scope, subject, kind } of events) {
          const isStop = kind === 'opt_out' || kind === 'block';
          hear('phone' in who ? who.phone : null, { scope, subject }, isStop ? 'stop' : 'start', at);
        }
      }
    },
    received: ({ events }, results) => {
      for (const [index, event] of events.entries()) {
        if (event.kind === 'status' && event.outcome !== null) settle(event.outcome);
        if (results[index]?.result === 'applied') receive(event);
      }
    },
    settled: (outcomes) => outcomes.forEach(settle),
    against: (senderId, { id, phone, template }) => {
      if (phone !== null) sent.set(id, { scope: senderId, phone });
      const subjects =
        template === null ? ['block'] : ['block', template.category, ...(template.category === 'marketing' ? ['messenger'] : [])];
      const stopped = subjects.find((subject) => {
        const said = [senderId, EVERYWHERE].map((scope) => saidOf(phone ?? '', scope, subject));
        const [stop, start] = [Math.max(...said.map((each) => each.stop)), Math.max(...said.map((each) => each.start))];
        return stop > start + CLOCKS_DIFFER_MS;
      });
      return stopped ?? null;
    },
  };
}
