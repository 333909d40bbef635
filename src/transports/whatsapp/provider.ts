// The provider's office for a sender of the WhatsApp Cloud API: templates, media, the block list, the figures and the check-up, each in its own file.

import type { Sender, WhatsappSettings } from '../../domain/sender.ts';
import type { Clock } from '../../ports/host.ts';
import type { Provider } from '../../ports/provider.ts';
import { createApi } from './api.ts';
import { setBlocked } from './block-list.ts';
import { checkSender } from './check-up.ts';
import { openEndpoint } from './endpoint.ts';
import { createExchange } from './exchange.ts';
import { uploadMedia } from './media-upload.ts';
import { billed } from './pricing-analytics.ts';
import { LIMITS, type Limits } from './reply.ts';
import { listTemplates, pushTemplate } from './template-list.ts';

export type WhatsappProviderOptions = {
  readonly sender: Pick<Sender, 'currency'>;
  readonly settings: WhatsappSettings;
  readonly token: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly limits?: Limits;
};

/** The office of a sender. Throws `config_invalid` for an address and `token_rejected` for a token that cannot be used. */
export function createWhatsappProvider({ settings, token, clock, limits = LIMITS }: WhatsappProviderOptions): Provider {
  const endpoint = openEndpoint(settings, token);
  const api = createApi(endpoint, createExchange(endpoint, { ...limits, answerBytesMax: 8 * limits.answerBytesMax }));
  const { wabaId, phoneNumberId } = settings;
  const templates = { api, wabaId, token };
  return {
    listTemplates: () => listTemplates(templates),
    pushTemplate: (content, providerId, part) => pushTemplate(templates, content, providerId, part),
    uploadMedia: (file) => uploadMedia(api, phoneNumberId, file),
    setBlocked: (people, blocked) => setBlocked({ api, phoneNumberId, token }, people, blocked),
    billed: (month, timeZone) => billed({ api, wabaId, phoneNumberId }, month, timeZone),
    check: () => checkSender({ api, settings, token, now: () => clock.now() }),
  };
}
