import { z } from 'zod';
import { initialPublication, nextPublication } from '../../risk/contagion/publication.ts';
import { accountV, vTotal } from '../../risk/contagion/v-total.ts';
import type { VectorModel } from './models.ts';

const remarks = { id: z.string(), note: z.string().optional() };

/** The specification's, by class. */
const stressFloor = { volatile: 1.5, lst: 0.15, wrapped: 0.15, stable: 0.25 };

const vTotalCase = z.strictObject({
  ...remarks,
  input: z.strictObject({
    V: z.number().nullable(),
    gci: z.number(),
    claim_loss: z.number(),
    p99: z.number().nullable(),
    cls: z.enum(['volatile', 'lst', 'wrapped', 'stable']),
  }),
  expected: z.unknown(),
});

/** vtotal.json, `V` and `gci` */
export const uplift: VectorModel = (entry, id) => {
  const { input, expected } = vTotalCase.parse(entry);
  const { contagion, stress, value } = vTotal({
    vScalar: input.V,
    contagionIndex: input.gci,
    claimLoss: input.claim_loss,
    p99: input.p99,
    floor: stressFloor[input.cls],
  });
  return [{ id, found: { G_k: contagion, V_stress: stress, V_total: value }, expected }];
};

const factors = z.record(z.string(), z.number());
const accountCase = z.strictObject({
  ...remarks,
  input: z.strictObject({ exposure: factors, V: factors }),
  expected: z.unknown(),
});

/** vtotal.json, `exposure` and `V` */
export const accountUplift: VectorModel = (entry, id) => {
  const { input, expected } = accountCase.parse(entry);
  const exposures = Object.entries(input.exposure).map(([factor, exposureUsd]) => ({
    exposureUsd,
    vTotal: input.V[factor] ?? Number.NaN,
  }));
  return [{ id, found: { V_u: accountV(exposures) }, expected }];
};

const publicationCase = z.strictObject({
  ...remarks,
  input: z.strictObject({
    series: z.array(
      z.strictObject({ t: z.number(), gci: z.number(), old: z.number(), degraded: z.boolean().default(false) }),
    ),
  }),
  expected: z.unknown(),
});

/** vtotal.json, `series` */
export const publication: VectorModel = (entry, id) => {
  const { input, expected } = publicationCase.parse(entry);
  let state = initialPublication;
  const found = input.series.map(({ degraded, gci, old, t }) => {
    const next = nextPublication(state, { time: t, index: gci, indexWithPositionsBefore: old, degraded });
    state = next.state;
    return next.value;
  });
  return [{ id, found, expected }];
};
