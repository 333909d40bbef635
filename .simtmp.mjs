// test/simulation/mutants.ts
var MUTANTS = [
  {
    mistake: "what nobody knows the outcome of is sent again",
    file: "transports/whatsapp/outcome.ts",
    from: "if (reason !== NOT_CONNECTED) return unknown(asked, reason, title);",
    to: "",
    seed: 1
  },
  {
    mistake: "what a dead process had under way is sent again",
    file: "store/sqlite/outbox.ts",
    from: "dead.diedWithProcess.includes(transport) ? 'queued' : 'unknown'",
    to: "dead.diedWithProcess.includes(transport) || true ? 'queued' : 'unknown'",
    seed: 1
  },
  {
    mistake: "what a living process has under way is taken from it",
    file: "store/sqlite/outbox.ts",
    from: "liveness.ifDead(workerId, () => recoveries.push(...takeBack(parts, { workerId, diedWithProcess, at })));",
    to: "recoveries.push(...takeBack(parts, { workerId, diedWithProcess, at }));",
    seed: 1
  },
  {
    mistake: "consent is asked at the admission only",
    file: "send/claim.ts",
    from: "const refusal = refusalOf(facts.gate);",
    to: "const refusal = null as RefusalReason | null;",
    seed: 1
  },
  {
    mistake: "an expired message is sent all the same",
    file: "send/claim.ts",
    from: "if (at >= expiresAt) return { kind: 'expire' };",
    to: "",
    seed: 1
  },
  {
    mistake: "what arrived after all is sent again",
    file: "send/claim.ts",
    from: "isDelivered(state) || reason === SENT_AFTER_ALL",
    to: "false",
    seed: 1
  },
  {
    mistake: "a message is sent again while its request is open",
    file: "send/retry-message.ts",
    from: "toInstant(changedAt + REQUEST_OVER_MS)",
    to: "changedAt",
    seed: 1
  },
  {
    mistake: "each status of a delivery is charged",
    file: "send/settle.ts",
    from: "return isDelivered(message.state) ? null : charge(message, outcome, step);",
    to: "return charge(message, outcome, step);",
    seed: 1
  },
  {
    mistake: "a charge does not end the reservation",
    file: "send/settle.ts",
    from: "    held: negative(message.held),",
    to: "    held: posted === ZERO ? negative(message.held) : ZERO,",
    seed: 1
  },
  {
    mistake: "a release is not counted",
    file: "store/sqlite/book.ts",
    from: "count(holdBucketId, holdCounts(entry));",
    to: "if (entry.kind !== 'release') count(holdBucketId, holdCounts(entry));",
    seed: 1
  },
  {
    mistake: "a delivery is counted on the day of its reservation",
    file: "send/settle.ts",
    from: "    day: booking.day,",
    to: "    day: holdBucket.day,",
    seed: 1
  },
  {
    mistake: "a delivery is priced by the day of UTC",
    file: "send/settle.ts",
    from: "  const day = dayOf(outcome.at, sender.timeZone);\n  // Of",
    to: "  const day = dayOf(outcome.at, 'UTC' as typeof sender.timeZone);\n  // Of",
    seed: 1
  },
  {
    mistake: "what was free is charged",
    file: "send/price-delivery.ts",
    from: "if (bucket.pricingType !== 'regular') return",
    to: "if (false) return",
    seed: 1
  },
  {
    mistake: "a delivery is charged in the market of the number that the person has by now",
    file: "send/settle.ts",
    from: "message.hasMoved ? null : (message.phone ?? message.userId)",
    to: "message.phone ?? message.userId",
    seed: 1
  },
  {
    mistake: "a closed month takes more entries",
    file: "send/settle.ts",
    from: "return closedThrough === null ? { day, late: null }",
    to: "return closedThrough === null || at > 0 ? { day, late: null }",
    seed: 1
  },
  {
    mistake: "a delivery after the end of silence is forgotten",
    file: "domain/message.ts",
    from: "  expired: { delivered: 'delivered', read: 'read' },",
    to: "  expired: {},",
    seed: 1
  },
  {
    mistake: "a delivery after a failure is forgotten",
    file: "domain/message.ts",
    from: "  failed: { delivered: 'delivered', read: 'read' },",
    to: "  failed: {},",
    seed: 1
  },
  {
    mistake: "a late failure takes a delivery back",
    file: "domain/message.ts",
    from: "  delivered: { read: 'read' },",
    to: "  delivered: { read: 'read', failed: 'failed' },",
    seed: 1
  },
  {
    mistake: "silence ends what has just been handed over",
    file: "domain/message.ts",
    from: "return toInstant(handedOverAt + ttlMs + SILENCE_GRACE_MS);",
    to: "return toInstant(handedOverAt + 60_000);",
    seed: 1
  },
  {
    mistake: "a budget is read before the transaction that spends it",
    file: "store/sqlite/budgets.ts",
    from: "return term === null ? [] : [useIn(budget, term)];",
    to: `if (term === null) return [];
        const read: Map<string, BudgetUse> = ((globalThis as Record<string, unknown>)['read'] ??= new Map()) as never;
        const before = read.get(budget.id) ?? useIn(budget, term);
        read.set(budget.id, useIn(budget, term));
        return [before];`,
    seed: 1
  },
  {
    mistake: "the limit of a pair is ignored",
    file: "store/sqlite/pace.ts",
    from: "return nextAllowedAt(PAIR_LIMIT, dueAt(sender.id, pair));\n          count += 1;",
    to: "{}\n          count += 1;",
    seed: 1
  },
  {
    mistake: "the rate of a number is ignored",
    file: "store/sqlite/pace.ts",
    from: "room: numberAllowance(rate, before, at),",
    to: "room: 500,",
    seed: 1
  },
  {
    mistake: "a key is not kept",
    file: "store/sqlite/admit.ts",
    from: "      request.key,\n",
    to: "      null,\n",
    seed: 1
  },
  {
    mistake: "a webhook is answered before it is written",
    file: "server/webhook.ts",
    from: "if (believed.length > 0) await group.submit(believed);",
    to: "if (believed.length > 0) group.submit(believed).catch(() => undefined);",
    seed: 1
  },
  {
    mistake: "the disk is not waited for",
    file: "store/sqlite/open.ts",
    from: "PRAGMA synchronous = FULL;",
    to: "PRAGMA synchronous = NORMAL;",
    seed: 1
  },
  {
    mistake: "a stop does not move to the person whom somebody turned out to be",
    file: "store/sqlite/merge.ts",
    from: "  return takeStops(sqlite, merge);",
    to: "  return [];",
    seed: 1
  },
  {
    mistake: "a status of a message to an old number teaches who they were",
    file: "store/sqlite/inbound-statuses.ts",
    from: "if (hasMoved) return undefined;",
    to: "",
    seed: 1
  },
  {
    mistake: "what is queued keeps its category when its template moves",
    file: "send/reprice.ts",
    from: "{ ...holdBucket, category }",
    to: "holdBucket",
    seed: 1
  },
  {
    mistake: "a person is not heard where they answer a message that they asked to stop",
    file: "send/settle.ts",
    from: "if (kind !== 'failed' && kind !== 'rejected') return null;",
    to: "return null;",
    seed: 1
  }
];

// test/simulation/program.ts
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

// test/bundle.ts
import { build } from "esbuild";
async function bundle(options) {
  await build({
    ...options,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    external: ["better-sqlite3"],
    loader: { ".csv": "text", ".sql": "text" },
    logLevel: "silent"
  });
}

// test/simulation/program.ts
async function buildSimulation(outfile, mutant = null) {
  const entryPoints = [fileURLToPath(new URL("main.ts", "file:///tmp/wt-sim/test/simulation/x.ts"))];
  await bundle({ entryPoints, outfile, plugins: mutant === null ? [] : [planting(mutant)] });
}
function planting({ mistake, file, from, to }) {
  const path = resolve("src", file);
  const parts = readFileSync(path, "utf8").split(from);
  if (parts.length !== 2) throw new Error(`'${mistake}' cannot be planted: src/${file} has its place ${parts.length - 1} times`);
  return {
    name: "mistake",
    setup: (plugin) => plugin.onLoad({ filter: /\.ts$/ }, (loaded) => loaded.path === path ? { contents: parts.join(to), loader: "ts" } : void 0)
  };
}
async function simulate(program, ...options) {
  const child = spawn(process.execPath, [program, ...options], {
    env: { ...process.env, NODE_PATH: join(process.cwd(), "node_modules") },
    stdio: ["ignore", "pipe", "inherit"]
  });
  let out = "";
  child.stdout.on("data", (chunk) => out += chunk.toString());
  await once(child, "close");
  const lines = out.trimEnd().split("\n");
  const last = lines.pop() ?? "";
  return { ...JSON.parse(last), told: lines.join("\n") };
}

// ../simulate/mut.ts
async function main() {
  const only = process.argv[2];
  const max = Number(process.argv[3] ?? 40);
  const list = MUTANTS.map((m, i) => ({ m, i })).filter(({ m, i }) => only === void 0 || only === "all" || only.split(",").includes(String(i)));
  const work = async () => {
    for (let next = list.shift(); next !== void 0; next = list.shift()) {
      const { m, i } = next;
      const file = `/tmp/simulate/m${i}.cjs`;
      try {
        await buildSimulation(file, m);
        const r = await simulate(file, "--seeds", `1-${max}`, "--first");
        console.log(i, m.mistake, "=>", JSON.stringify(r.wrong), r.seeds, r.told.split("\n")[0].slice(0, 160));
      } catch (e) {
        console.log(i, m.mistake, "ERROR", String(e).slice(0, 300));
      }
    }
  };
  await Promise.all([work(), work()]);
}
main();
