// The audit slice of the port. What it looks at is in the folder beside this file, and is loaded when somebody asks.

import type { AuditStore } from '../../ports/store/audit.ts';
import type { AuditParts } from './audit/looks.ts';

/** The audit of one connection. */
export function createAuditStore(parts: AuditParts): AuditStore {
  return {
    audit: async (part, at) => {
      const { look } = await import('./audit/looks.ts'); // before the transaction: nothing may come between its statements
      return look(parts, part, at);
    },
  };
}
