// The gate at the moment of sending: what was true at the admission must still be true. Pure: the engine calls it inside the claiming transaction.

import { refusalOf } from '../domain/consent.ts';
import type { DecideClaim } from '../ports/store/outbox.ts';

/** Lets a message go, gives it up as expired, or refuses it for what happened while it waited. */
export const decideClaim: DecideClaim = ({ at, expiresAt, gate, templateCurrent }) => {
  if (at >= expiresAt) return { kind: 'expire' };
  const reason = refusalOf(gate) ?? (templateCurrent ? null : 'template_unavailable');
  return reason === null ? { kind: 'claim' } : { kind: 'refuse', reason };
};
