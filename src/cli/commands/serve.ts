// tollbell serve: receives the webhooks of all senders until it is stopped, and works the outbox where that is asked for.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { DEFAULT_ACCOUNT, type SecretSource, type Sender } from '../../domain/sender.ts';
import { AppError, fail } from '../../errors.ts';
import type { OpenServer } from '../../server/app.ts';
import type { Problems, Standings } from '../../server/problems.ts';
import type { Patiently } from '../../server/patient-store.ts';
import type { ServedSender } from '../../server/served-senders.ts';
import type { Define, View } from '../command.ts';
import { filledText, flag, helpText, parseOptions, portText } from '../options.ts';
import { hintOpen, isThisMachine, untilStopped } from '../running.ts';

const ServeOptions = z.object({
  port: z._default(portText, 8_787),
  host: z._default(filledText(), '127.0.0.1'),
  dispatch: flag,
});

const ServeDocument = z.object({
  url: z.string(),
  webhook_url: z.string().check(z.meta({ description: 'what the provider is told to send webhooks to, through a proxy with TLS' })),
  console_url: z.nullable(z.string()),
});

type ServeView = View<z.output<typeof ServeDocument>>;

export const defineServe: Define = (parent, host) => {
  const command = parent
    .command('serve')
    .description(
      `Receives the webhooks of all senders at /webhooks/whatsapp, and answers each when it is in the store. /healthz and /metrics tell how it is.

It prints one line when it is ready, logs problems to standard error, and stops cleanly on Ctrl-C. The provider needs an address with TLS: put a
proxy in front. Where an app secret is being changed, its variable or file holds both, one a line. On another host than this
machine /metrics asks for the token in TOLLBELL_SERVE_TOKEN.`,
    )
    .option('--port <port>', 'the port; 0 takes any that is free (default 8787)')
    .option('--host <address>', 'the address to listen on (default 127.0.0.1)')
    .option('--dispatch', 'also send what is queued, of all senders')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell serve', 'tollbell serve --port 8787 --dispatch', 'tollbell serve --port 0 --json'],
        output: '{"schema":"tollbell.serve/1","url","webhook_url","console_url":null}',
        exits: [0, 2, 8, 9],
      }),
    )
    .action((options: object) => host.run(command, (app) => serve(app, parseOptions(ServeOptions, { ...options }))));
  return ServeDocument;
};

/** The provider waits a little longer for its answer. */
const COMMIT_WAIT_MS = 5_000;

/** Serves until it is told to stop. Throws `port_in_use`, and `secret_missing` where another host needs a token. */
export async function serve(app: App, { port, host, dispatch }: z.output<typeof ServeOptions>): Promise<ServeView> {
  const store = await app.servingStore();
  const { openServer } = await import('../../server/app.ts');
  const { createPatience, patientReceiving } = await import('../../server/patient-store.ts');
  const { createProblems, createStandings } = await import('../../server/problems.ts');
  const log = (line: string): void => app.io.err.write(`${line}\n`);
  const problems = createProblems(log, app.clock);
  const standings = createStandings(log);
  const patiently = createPatience(app.clock);
  const senders = async () => (await store.listSenders(DEFAULT_ACCOUNT)).flatMap((sender) => toServed(app, sender, standings));
  const server = await openServer({
    port,
    host,
    store: patientReceiving(store, { patiently, waitMs: COMMIT_WAIT_MS }),
    senders,
    keyedDigest: await app.keyedDigest(),
    clock: app.clock,
    ids: app.ids,
    metricsToken: metricsToken(app, host),
    log,
  });
  const document = { url: server.url, webhook_url: server.webhookUrl, console_url: null };
  const view: ServeView = {
    command: 'serve',
    schema: ServeDocument,
    document,
    columns: ['url', 'webhook_url', 'console_url'],
    text: () => '',
    isSilent: true,
  };
  try {
    sayUnready(await senders(), log);
    sayReady(app, view);
    hintOpen(app, host);
    await Promise.all([untilStopped(app), dispatch ? workAll(app, { server, problems, standings, patiently }) : undefined]);
  } finally {
    await server.close();
  }
  return view;
}

function sayReady({ io, config }: App, { document }: ServeView): void {
  const line =
    config.format === 'table'
      ? `Ready: ${document.url}. The provider sends webhooks to ${document.webhook_url} (through TLS). Ctrl-C stops.`
      : JSON.stringify({ schema: 'tollbell.serve/1', ...document });
  io.out.write(`${line}\n`);
}

type Work = { readonly server: OpenServer; readonly problems: Problems; readonly standings: Standings; readonly patiently: Patiently };

async function workAll(app: App, { server, problems, standings, patiently }: Work): Promise<void> {
  const store = await app.servingStore();
  const { workOutbox } = await import('../../server/work-outbox.ts');
  const { patientSending } = await import('../../server/patient-store.ts');
  await workOutbox({
    store: patientSending(store, { patiently, waitMs: app.config.busyTimeoutMs }),
    senders: () => store.listSenders(DEFAULT_ACCOUNT),
    transport: app.transport,
    diedWithProcess: app.diedWithProcess,
    clock: app.clock,
    workerId: app.workerId,
    interrupted: app.interrupted,
    problems,
    standings,
    onSent: server.countSent,
  });
}

// Of a sender whose secrets are not there nothing is believed, and all others work.
function toServed(app: App, sender: Sender, standings: Standings): readonly ServedSender[] {
  if (sender.whatsapp === null) return [];
  const { appSecret, verifyToken } = sender.whatsapp;
  const { name } = sender;
  const appSecrets = found(
    () => (appSecret === null ? null : app.secrets(appSecret)),
    (flaw) => standings(`${name} app secret`, flaw),
  );
  const refused = `sender ${name} has no app secret: its webhooks are refused. ${remedy(appSecret, 'app-secret')}`;
  standings(`${name} webhooks`, appSecrets === null ? refused : null);
  const token = found(
    () => (verifyToken === null ? null : app.secret(verifyToken)),
    (flaw) => standings(`${name} verify token`, flaw),
  );
  return [{ sender, appSecrets: appSecrets ?? [], verifyToken: token }];
}

// What keeps webhooks away, said before the first one is missed. Without a verify token only an address that was verified before works.
function sayUnready(served: readonly ServedSender[], log: (line: string) => void): void {
  if (served.length === 0) log('there is no sender of transport whatsapp yet: webhooks are refused until tollbell sender add has made one');
  for (const { sender, verifyToken } of served) {
    const source = sender.whatsapp?.verifyToken ?? null;
    if (verifyToken === null)
      log(`sender ${sender.name} has no verify token: the provider cannot verify this address. ${remedy(source, 'verify-token')}`);
  }
}

// Adding a sender again gives it what is said, and takes what is not: hence all of its options.
function remedy(source: SecretSource | null, option: string): string {
  if (source !== null) return `Put it where the sender takes it from: ${'env' in source ? source.env : source.file}`;
  return `Name its place: tollbell sender add again, with all its options and --${option}-env NAME`;
}

// What `read` gives; null for what is not where it should be. Told each time what is wrong with it.
function found<Secret>(read: () => Secret | null, tell: (flaw: string | null) => void): Secret | null {
  try {
    const secret = read();
    tell(null);
    return secret;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    tell(error.message);
    return null;
  }
}

const TOKEN_VARIABLE = 'TOLLBELL_SERVE_TOKEN';

// On this machine anybody may read the metrics, unless a token is set.
function metricsToken(app: App, host: string): string | null {
  try {
    return app.secret({ env: TOKEN_VARIABLE });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'secret_missing') throw error;
    if (isThisMachine(host)) return null;
    throw fail('secret_missing', {
      message: `/metrics at ${host} needs a token, and the environment variable ${TOKEN_VARIABLE} is not set.`,
      hint: `Set ${TOKEN_VARIABLE} to a secret that readers of /metrics send as a bearer token, or leave --host out.`,
      details: { env: TOKEN_VARIABLE, host },
      cause: error,
    });
  }
}
