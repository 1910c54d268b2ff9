import { z } from 'zod';
import { type BackingEvent, type BackingLedger, backingLosses, evolveBacking } from '../../risk/contagion/backing.ts';
import { depthInForceUsd, exitGapLoss, unknownBackingLoss } from '../../risk/contagion/unknown-inputs.ts';
import type { VectorModel } from './models.ts';

const remarks = { id: z.string(), note: z.string().optional() };
const units = z.int().transform(BigInt);
const perChain = z.record(z.string(), z.number());
const transfer = {
  guid: z.string(),
  nonce: z.int(),
  src: z.string(),
  dst: z.string(),
  value: units,
  t: z.number(),
};

const ledgerCase = z.strictObject({
  ...remarks,
  input: z.strictObject({
    config: z.strictObject({
      kind: z.enum(['lock', 'burn']),
      home: z.string(),
      locked: units,
      minted: units,
      supply_total: units,
      confirmations: perChain,
      blocktime: perChain,
      skew: z.number(),
      sla: perChain,
    }),
    steps: z.array(
      z.strictObject({
        t: z.number(),
        heads: z.record(z.string(), z.strictObject({ time: z.number(), finalised: z.number() })),
        events: z.array(
          z.discriminatedUnion('type', [
            z.strictObject({ type: z.literal('send'), ...transfer }),
            z.strictObject({ type: z.literal('deliver'), ...transfer }),
            z.strictObject({ type: z.literal('recapitalise'), value: units }),
            z.strictObject({ type: z.literal('acknowledge'), guid: z.string() }),
          ]),
        ),
      }),
    ),
  }),
  expected: z.array(z.unknown()),
});

type Event = z.infer<typeof ledgerCase>['input']['steps'][number]['events'][number];

function backingEvent(event: Event): BackingEvent {
  switch (event.type) {
    case 'send':
      return { type: 'sent', guid: event.guid, source: event.src, destination: event.dst, value: event.value };
    case 'deliver': {
      const { dst: destination, guid, src: source, t: time, value } = event;
      return { type: 'delivered', guid, source, destination, value, time };
    }
    case 'recapitalise':
      return { type: 'recapitalised', value: event.value };
    case 'acknowledge':
      return { type: 'acknowledged', guid: event.guid };
  }
}

/** backing.json, `config` and `steps`: one closing after each step's events. */
export const ledger: VectorModel = (entry, id) => {
  const { input, expected } = ledgerCase.parse(entry);
  const { config, steps } = input;
  let state: BackingLedger = {
    kind: config.kind,
    home: config.home,
    locked: config.locked,
    minted: config.minted,
    totalSupply: config.supply_total,
    messages: {},
  };
  const found = steps.map(({ events, heads, t }) => {
    for (const event of events) state = evolveBacking(state, backingEvent(event));
    const losses = backingLosses(
      state,
      t,
      (source) => ({ coveredTime: heads[source]?.time ?? null, finalisedTime: heads[source]?.finalised ?? null }),
      (source) => ({
        confirmations: config.confirmations[source] ?? null,
        blockTimeSeconds: config.blocktime[source] ?? 0,
        skewSeconds: config.skew,
        lagSecondsMax: config.sla[source] ?? 0,
      }),
    );
    return {
      locked: Number(state.locked),
      minted: Number(state.minted),
      in_flight: Number(losses.inFlight),
      orphan_weighted: losses.orphanWeighted,
      gap: losses.gap,
      l_remote: losses.lossRemote,
      l_home: losses.lossHome,
      states: Object.fromEntries(losses.deliveries),
    };
  });
  return [{ id, found, expected }];
};

const unknownBackingCase = z.strictObject({
  ...remarks,
  input: z.strictObject({ l_last: z.number().nullable(), age: z.number() }),
  expected: z.unknown(),
});

/** backing.json, `l_last` */
export const unknownBacking: VectorModel = (entry, id) => {
  const { input, expected } = unknownBackingCase.parse(entry);
  return [{ id, found: { l: unknownBackingLoss(input.l_last, input.age) }, expected }];
};

const depthCase = z.strictObject({
  ...remarks,
  input: z.strictObject({
    last: z.number().nullable(),
    age: z.number(),
    class_median: z.number().nullable().default(null),
    circulating: z.number().nullable().default(null),
  }),
  expected: z.unknown(),
});

/** backing.json, `last` */
export const depth: VectorModel = (entry, id) => {
  const { input, expected } = depthCase.parse(entry);
  const { age: ageSeconds, circulating: circulatingUsd, class_median: classMedianUsd, last: lastUsd } = input;
  const usd = depthInForceUsd(lastUsd === null ? { lastUsd, classMedianUsd, circulatingUsd } : { lastUsd, ageSeconds });
  return [{ id, found: { depth: usd }, expected }];
};

const exitGapCase = z.strictObject({
  ...remarks,
  input: z.strictObject({
    P_ref: z.number(),
    quotes: z.array(z.number().nullable()),
    queue_open: z.boolean().default(false),
    nav: z.number().nullable().default(null),
  }),
  expected: z.unknown(),
});

/** backing.json, `P_ref` */
export const exitGap: VectorModel = (entry, id) => {
  const { input, expected } = exitGapCase.parse(entry);
  const loss = exitGapLoss({
    referenceUsd: input.P_ref,
    quotesUsd: input.quotes,
    deviationThreshold: 0,
    redemptionUsd: input.queue_open ? input.nav : null,
  });
  return [{ id, found: { l: loss }, expected }];
};
