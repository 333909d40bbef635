// The channels: which transport and which office a sender has, with the secrets that it names. Each is loaded when a sender of its kind acts.

import type { Config } from './config.ts';
import type { SecretSource, Sender, WhatsappSettings } from './domain/sender.ts';
import { fail } from './errors.ts';
import type { Journal } from './ports/journal.ts';
import type { Clock, KeyedDigest } from './ports/host.ts';
import type { Provider } from './ports/provider.ts';
import type { Transport } from './ports/transport.ts';
import { readSecret, readSecrets } from './secrets.ts';
import { createSandbox } from './transports/sandbox.ts';
import { isLoopback } from './values/address.ts';

export type Channels = {
  /** The way out of a sender. Throws `secret_missing`, and `config_invalid` where the clock was set by hand and the provider is a real one. */
  readonly transport: (sender: Sender) => Promise<Transport>;
  /** The provider's office of a sender; null for the sandbox. Throws as `transport` does. */
  readonly provider: (sender: Sender) => Promise<Provider | null>;
  /** The secret that a sender names. Throws `secret_missing`. */
  readonly secret: (source: SecretSource) => string;
  /** The secrets of a place that may hold several, while one is being changed; the provider signs with the first. Throws `secret_missing`. */
  readonly secrets: (source: SecretSource) => readonly [string, ...string[]];
};

export type ChannelParts = {
  readonly config: Pick<Config, 'now'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly keyedDigest: () => Promise<KeyedDigest>;
  readonly journal: () => Promise<Journal>;
  /** Closes it when the command ends. */
  readonly keep: (transport: Transport) => Transport;
};

/** The channels of one command. */
export function createChannels({ config, env, clock, keyedDigest, journal, keep }: ChannelParts): Channels {
  const secret = (source: SecretSource): string => readSecret(source, env);
  const channel = (sender: Sender, settings: WhatsappSettings) => {
    refuseFixedClock(config, settings);
    return { sender, settings, token: secret(settings.token), clock };
  };
  return {
    transport: async (sender) => {
      if (sender.whatsapp === null) return createSandbox(sender);
      const { createWhatsappTransport } = await import('./transports/whatsapp/transport.ts');
      const own = { ...channel(sender, sender.whatsapp), digest: await keyedDigest(), journal: await journal() };
      return keep(createWhatsappTransport(own));
    },
    provider: async (sender) => {
      if (sender.whatsapp === null) return null;
      const { createWhatsappProvider } = await import('./transports/whatsapp/provider.ts');
      return createWhatsappProvider(channel(sender, sender.whatsapp));
    },
    secret,
    secrets: (source) => readSecrets(source, env),
  };
}

// A clock that was set by hand is for doubles: a real provider has its own, and would be charged by the wrong day's price.
function refuseFixedClock({ now }: Pick<Config, 'now'>, { apiBase }: WhatsappSettings): void {
  if (now === null || isLoopback(apiBase)) return;
  throw fail('config_invalid', {
    message: `TOLLBELL_NOW sets the clock, and ${apiBase} is a real provider.`,
    hint: 'Unset TOLLBELL_NOW; it is for the sandbox and for an emulator on this machine.',
    details: { key: 'now' },
  });
}
