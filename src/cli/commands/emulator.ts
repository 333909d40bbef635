// tollbell emulator: a local double of the WhatsApp Cloud API, until it is stopped.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { FAULTS } from '../../emulator/faults.ts';
import { MAGIC_ENDINGS } from '../../emulator/fate.ts';
import { fail } from '../../errors.ts';
import { safeJson, titleOf } from '../../values/text.ts';
import type { Define, View } from '../command.ts';
import { filledText, helpText, orNull, parseOptions, portText } from '../options.ts';
import { styleFor } from '../render.ts';
import { hintOpen, untilStopped } from '../running.ts';

const EmulatorOptions = z.object({
  port: z._default(portText, 4_010),
  host: z._default(filledText(), '127.0.0.1'),
  scenario: orNull(z.string()),
  webhook: orNull(z.string().check(z.regex(/^https?:\/\/\S+$/, 'not an http address'))),
  appSecretEnv: orNull(z.string()),
  clock: z._default(z.enum(['real', 'manual'], { error: 'must be real or manual' }), 'real'),
});

const EmulatorDocument = z.object({
  url: z.string(),
  admin_url: z.string(),
  phone_number_id: z.string(),
  waba_id: z.string(),
  access_token: z.string(),
  app_secret: z.string(),
  verify_token: z.string(),
});

export const defineEmulator: Define = (parent, host) => {
  const command = parent
    .command('emulator')
    .description(
      'Answers like the WhatsApp Cloud API, on this machine only: messages, templates, media, signed webhooks, and what goes wrong. Runs until it is stopped.',
    )
    .option('--port <port>', 'listen there (default 4010; 0 takes any free port)')
    .option('--host <address>', 'listen on this address (default 127.0.0.1)')
    .option('--scenario <file>', 'how its world behaves, as JSON')
    .option('--webhook <url>', 'post webhooks there')
    .option('--app-secret-env <name>', 'the environment variable with the secret that signs webhooks')
    .option('--clock <mode>', 'real, or manual: time stands until it is turned (default real)')
    .addHelpText('after', HELP)
    .action((options: object) => host.run(command, (app) => runEmulator(app, parseOptions(EmulatorOptions, { ...options }))));
  return EmulatorDocument;
};

/**
 * Says where it listens, then runs until the process is interrupted. Throws `port_in_use`, `scenario_invalid`, and `secret_missing` where the variable
 * that should hold the secret is not set.
 */
export async function runEmulator(app: App, options: z.output<typeof EmulatorOptions>): Promise<View<z.output<typeof EmulatorDocument>>> {
  const { port, host, webhook, appSecretEnv, clock: clockMode } = options;
  const { openEmulator } = await import('../../emulator/emulator.ts');
  const { parseScenario } = await import('../../emulator/scenario.ts');
  const [secret] = appSecretEnv === null ? [] : app.secrets({ env: appSecretEnv });
  const scenario = options.scenario === null ? {} : parseScenario(await readJson(app, options.scenario));
  const emulator = await openEmulator({
    port,
    host,
    clock: app.clock,
    clockMode,
    ids: app.ids,
    webhook: webhook === null ? null : { url: webhook },
    scenario,
    ...(secret === undefined ? {} : { identity: { appSecret: secret } }),
  });
  const document = {
    url: emulator.url,
    admin_url: emulator.adminUrl,
    phone_number_id: emulator.phoneNumberId,
    waba_id: emulator.wabaId,
    access_token: emulator.accessToken,
    app_secret: emulator.appSecret,
    verify_token: emulator.verifyToken,
  };
  await announce(app, document, appSecretEnv);
  hintOpen(app, host);
  await untilStopped(app);
  await emulator.close();
  return { command: 'emulator', schema: EmulatorDocument, document, columns: Object.keys(document), text: () => '', isSilent: true };
}

// At once: whoever started it waits for that. Its secrets are good for nothing but this double, until it stops.
async function announce({ io, config }: App, document: z.output<typeof EmulatorDocument>, appSecretEnv: string | null): Promise<void> {
  if (config.format !== 'table') {
    io.out.write(`${safeJson({ schema: 'tollbell.emulator/1', ...document })}\n`);
    return;
  }
  const style = await styleFor(io.out, config.color);
  io.out.write(`${style.good('listening')} on ${document.url}  (Ctrl-C stops it)\n${readyText(document, appSecretEnv)}`);
}

// A secret that came from a variable of the user's is theirs, and is named only.
function readyText(document: z.output<typeof EmulatorDocument>, appSecretEnv: string | null): string {
  const { url, phone_number_id: numberId, waba_id: wabaId, access_token: token, app_secret: secret, verify_token: verifyToken } = document;
  const [tokenName, secretName, verifyName] = ['EMULATOR_TOKEN', appSecretEnv ?? 'EMULATOR_APP_SECRET', 'EMULATOR_VERIFY_TOKEN'];
  const own = appSecretEnv === null ? [`${secretName}=${secret}`] : [];
  return `  phone number id  ${numberId}
  WABA id          ${wabaId}
  access token     ${token}
  app secret       ${appSecretEnv === null ? secret : `what ${appSecretEnv} holds`}
  verify token     ${verifyToken}

To send through it:
  export ${[`${tokenName}=${token}`, ...own, `${verifyName}=${verifyToken}`].join(' ')}
  tollbell sender add emulator --transport whatsapp --phone-number-id ${numberId} --waba-id ${wabaId} --token-env ${tokenName} --app-secret-env ${secretName} --verify-token-env ${verifyName} --api-base ${url}
`;
}

async function readJson({ io }: App, path: string): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.read(path)) chunks.push(chunk);
  try {
    return JSON.parse(new TextDecoder().decode(Buffer.concat(chunks))) as unknown;
  } catch (cause) {
    throw fail('scenario_invalid', {
      message: `${titleOf(path)} is not JSON.`,
      hint: 'See `tollbell emulator --help` for an example.',
      cause,
    });
  }
}

const lines = (table: Readonly<Record<string, string>>, width: number): string =>
  Object.entries(table)
    .map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`)
    .join('\n');

const HELP = `${helpText({
  examples: [
    'tollbell emulator',
    'tollbell emulator --webhook http://127.0.0.1:8787/webhooks/whatsapp --app-secret-env APP_SECRET',
    'tollbell emulator --port 0 --clock manual --scenario faults.json --json',
  ],
  output: '{"schema":"tollbell.emulator/1","url","admin_url","phone_number_id","waba_id","access_token","app_secret","verify_token"}',
  exits: [0, 2, 9],
})}
The last four digits of a recipient's number choose what happens to a message:
${lines(MAGIC_ENDINGS, 4)}
  else  delivered

A scenario, all of which may be left out (also POST <admin_url>/faults):
  {"seed":7,
   "rules":[{"match":{"to":"*0042","nth":3},"fault":"accept_no_answer"},{"match":{"template":"sale"},"fault":"fail_later","code":131049}],
   "rates":{"duplicate_webhook":0.1,"http_429":0.05,"error":{"rate":0.01,"code":131016}},
   "latency_ms":[5,40],"requests_per_second":80,"webhook_batch_max":100,"webhook_retry_hours":36,
   "service_units_used":998,
   "account":{"currency":"USD","time_zone":"UTC","payment_method":false,"allowed_recipients":["+49…"]},
   "templates":{"review":"approve|pending|reject","categories":{"sale":"MARKETING"}}}
account.price_cards, CSV as price show prints it, takes the place of the built-in price cards.
latency_ms, least and most, is the time between the statuses of a message; the answer to a request comes at once (the fault slow delays it).
A rule matches by to, type, template, category (with * for anything) and nth; "times" limits it, "delay_ms" and "code" go with the fault.

Faults:
${lines(FAULTS, 28)}

Its own interface, JSON in and out, below <admin_url>:
  GET  /state  /messages[?to=]  /webhooks
  POST /clock {"advance":"24h"} or {"set":"2026-10-01T00:00:00Z"} (forward runs all that is due on the way; back runs nothing)
  POST /faults {a scenario}   /reset   /webhook {"url"}
  POST /inbound {"from":"+49…","type":"text","text":"…"}   (button, interactive, image …; "user_id" instead of "from", or both; "referral")
  POST /preferences {"from","marketing":"stop|resume"}   /block {"from","blocked"}   /read {"from"}
  POST /number-change {"from","to" or "new_user_id","hide_number"}   (with "hide_number":true another number that the webhook does not tell)
  POST /templates {"name","status","quality","category","notice"}   /volume-tier {"region","tier","category","month"}   /events {"field","value"}
  POST /auth-international {"start_time","exception_countries":[{"country_code":"IN","start_time"}]}   (in seconds; without both in 30 days; account.auth_international_rate_eligibility
    says so from the start: authentication to the listed countries is then billed as international)
  POST /messaging-limit {"limit":"TIER_250"}   (how many people a day may be messaged outside their windows; account.messaging_limit says so from the start)
`;
